import { type FieldError, forbidden, invalid, required } from '../../api/field-error.js';
import type { Container, ContainerStatus, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../api/generated/types.js';
import { qualifiedNameErrors } from '../../api/names.js';
import { deepEqual } from '../equality.js';
import { podSpecDiff } from './pod-spec-diff.js';
import { podSpecErrors } from './pod-spec.js';
import { type Findings, ipErrors, named } from './values.js';

const UNCHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

/** ValidatePodUpdate: of a pod little may change. */
export const podUpdateErrors = (pod: Pod, old: Pod): readonly FieldError[] => {
  if (pod.spec === old.spec) return [];
  const out: FieldError[] = [];
  const { spec } = pod;
  const before = old.spec;
  podSpecErrors(out, 'spec', spec);
  if ((spec.containers ?? []).length !== before.containers.length) {
    out.push(forbidden('spec.containers', 'pod updates may not add or remove containers'));
    return out;
  }
  if ((spec.initContainers ?? []).length !== (before.initContainers ?? []).length) {
    out.push(forbidden('spec.initContainers', 'pod updates may not add or remove containers'));
    return out;
  }
  imageErrors(out, 'spec.containers', spec.containers);
  imageErrors(out, 'spec.initContainers', spec.initContainers ?? []);
  if (!mayHaveDeadline(out, spec, before)) return out;
  tolerationUpdateErrors(out, spec.tolerations ?? [], before.tolerations ?? []);
  gateErrors(out, spec, before);
  const gated = (before.schedulingGates ?? []).length > 0;
  if (gated) {
    const onlyAdds = Object.entries(before.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value);
    if (!onlyAdds) out.push(invalid('spec.nodeSelector', spec.nodeSelector ?? {}, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'));
    nodeAffinityErrors(out, spec, before);
  }
  const munged = changeable(spec, before, gated);
  if (!deepEqual(munged, before)) out.push(forbidden('spec', `${UNCHANGEABLE}${podSpecDiff(before, munged)}`));
  return out;
};

/** ValidateContainerUpdates: a missing image is said once more than by the validation of the spec. */
const imageErrors = (out: Findings, path: string, containers: readonly Container[]): void =>
  containers.forEach(({ image = '' }, i) => {
    if (image === '') out.push(required(`${path}[${i}].image`));
    if (image.trim() !== image) out.push(invalid(`${path}[${i}].image`, image, 'must not have leading or trailing whitespace'));
  });

/** False: nothing else is looked at. */
const mayHaveDeadline = (out: Findings, { activeDeadlineSeconds }: PodSpec, old: PodSpec): boolean => {
  if (activeDeadlineSeconds === undefined) {
    if (old.activeDeadlineSeconds !== undefined) out.push(invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (activeDeadlineSeconds < 0 || activeDeadlineSeconds > 2_147_483_647) out.push(invalid('spec.activeDeadlineSeconds', activeDeadlineSeconds, 'must be between 0 and 2147483647, inclusive'));
  else if (old.activeDeadlineSeconds !== undefined && old.activeDeadlineSeconds < activeDeadlineSeconds) out.push(invalid('spec.activeDeadlineSeconds', activeDeadlineSeconds, 'must be less than or equal to previous value'));
  else return true;
  return false;
};

const tolerationUpdateErrors = (out: Findings, tolerations: readonly Toleration[], old: readonly Toleration[]): void => {
  const known = (toleration: Toleration): Toleration => (Object.assign({}, toleration, { tolerationSeconds: 0 }));
  if (old.every((toleration) => tolerations.some((candidate) => deepEqual(known(candidate), known(toleration))))) return;
  out.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
};

const gateErrors = (out: Findings, spec: PodSpec, old: PodSpec): void => {
  const before = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  (spec.schedulingGates ?? []).forEach((gate, i) => {
    if (!before.has(gate.name)) out.push(forbidden(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`));
  });
};

const NO_TERMS: readonly NodeSelectorTerm[] = [];

/** What a gated pod requires of its node may only grow (validateNodeAffinityMutation). */
const nodeAffinityErrors = (out: Findings, spec: PodSpec, old: PodSpec): void => {
  const terms = ({ affinity }: PodSpec): readonly NodeSelectorTerm[] => affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? NO_TERMS;
  const [after, before] = [terms(spec), terms(old)];
  if (before.length === 0) return;
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  if (before.length !== after.length) {
    out.push(invalid(path, after.length === 0 ? null : after.map(termInCore), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  after.forEach((term, i) => {
    if (!onlyAddsTo(term, before[i] as NodeSelectorTerm)) out.push(invalid(`${path}[${i}]`, termInCore(term), 'only additions are allowed (no mutations or deletions)'));
  });
};

const onlyAddsTo = (term: NodeSelectorTerm, old: NodeSelectorTerm): boolean => {
  const { matchExpressions = [], matchFields = [] } = old;
  if (matchExpressions.length === 0 && matchFields.length === 0) return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0;
  return deepEqual((term.matchExpressions ?? []).slice(0, matchExpressions.length), matchExpressions) && deepEqual((term.matchFields ?? []).slice(0, matchFields.length), matchFields);
};

/** As the internal type shows in a message. */
const termInCore = ({ matchExpressions, matchFields }: NodeSelectorTerm): object => {
  const requirements = (list: NodeSelectorTerm['matchFields']): readonly object[] | null => list?.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) ?? null;
  return { MatchExpressions: requirements(matchExpressions), MatchFields: requirements(matchFields) };
};

/** The new spec with everything that may change as it was. */
const changeable = (spec: PodSpec, old: PodSpec, gated: boolean): PodSpec => {
  const images = (containers: readonly Container[] | undefined, before: readonly Container[] | undefined): readonly Container[] | undefined =>
    containers?.map((container, i) => (Object.assign({}, container, { image: before?.[i]?.image ?? '' })));
  const same: { -readonly [F in keyof PodSpec]: PodSpec[F] } = Object.assign({}, spec, { containers: images(spec.containers, old.containers) ?? [] });
  const keep = <F extends keyof PodSpec>(field: F): void => {
    if (old[field] === undefined) delete same[field];
    else same[field] = old[field];
  };
  if (spec.initContainers !== undefined) same.initContainers = images(spec.initContainers, old.initContainers) ?? [];
  keep('activeDeadlineSeconds');
  keep('tolerations');
  keep('schedulingGates');
  if (gated) {
    keep('nodeSelector');
    const affinity = { ...spec.affinity, ...(old.affinity?.nodeAffinity && { nodeAffinity: old.affinity.nodeAffinity }) };
    if (old.affinity?.nodeAffinity === undefined) delete affinity.nodeAffinity;
    if (Object.keys(affinity).length > 0) same.affinity = affinity;
    else delete same.affinity;
  }
  if (spec.terminationGracePeriodSeconds === 1 && (old.terminationGracePeriodSeconds ?? 0) < 0) keep('terminationGracePeriodSeconds');
  return same;
};

/** ValidatePodStatusUpdate. */
export const podStatusErrors = (pod: Pod, old: Pod): readonly FieldError[] => {
  const out: FieldError[] = [];
  const status = pod.status ?? {};
  const before = old.status ?? {};
  if (status === before) return out;
  if (status.qosClass !== undefined && before.qosClass !== undefined && status.qosClass !== before.qosClass) out.push(invalid('status.qosClass', status.qosClass, 'field is immutable'));
  if ((pod.spec.restartPolicy === 'Never' || pod.spec.restartPolicy === 'OnFailure') && status.containerStatuses !== before.containerStatuses) {
    restartErrors(out, 'status.containerStatuses', status.containerStatuses ?? [], before.containerStatuses ?? [], pod.spec.restartPolicy === 'OnFailure');
  }
  if (status.podIPs !== before.podIPs) (status.podIPs ?? []).forEach((address, i) => named(out, `status.podIPs[${i}]`, address.ip, ipErrors));
  const hosts = status.hostIPs ?? [];
  if (hosts !== before.hostIPs && hosts.length > 0) {
    if (hosts[0]?.ip !== status.hostIP) out.push(invalid('status.hostIPs[0].ip', hosts[0]?.ip ?? '', 'must be equal to `hostIP`'));
    hosts.forEach((address, i) => named(out, `status.hostIPs[${i}]`, address.ip, ipErrors));
  }
  if (status.conditions !== before.conditions) {
    (status.conditions ?? []).forEach((condition, i) => {
      if (!WELL_KNOWN.has(condition.type)) named(out, `status.conditions[${i}].Type`, condition.type, qualifiedNameErrors);
    });
  }
  return out;
};

/** Condition types that need no look. */
const WELL_KNOWN = new Set(['PodScheduled', 'Ready', 'Initialized', 'ContainersReady', 'PodReadyToStartContainers', 'DisruptionTarget']);

const restartErrors = (out: Findings, path: string, statuses: readonly ContainerStatus[], old: readonly ContainerStatus[], unlessFailed: boolean): void => {
  for (const before of old) {
    const { terminated } = before.state ?? {};
    if (terminated === undefined || (unlessFailed && terminated.exitCode !== 0)) continue;
    statuses.forEach((status, i) => {
      if (status.name === before.name && status.state?.terminated === undefined) out.push(forbidden(`${path}[${i}].state`, 'may not be transitioned to non-terminated state'));
    });
  }
};
