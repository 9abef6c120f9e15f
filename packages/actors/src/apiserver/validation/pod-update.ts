import { type FieldError, forbidden, invalid, required } from '../../api/field-error.js';
import type { Container, ContainerStatus, Pod, PodSpec, Toleration } from '../../api/generated/types.js';
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
  podSpecErrors(out, 'spec', Object.assign({}, spec, { ephemeralContainers: before.ephemeralContainers === undefined ? [] : [] }));
  if (out.some((error) => error.field !== 'spec.activeDeadlineSeconds' && !error.field.startsWith('spec.containers'))) return out;
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
  deadlineErrors(out, spec, before);
  if (out.some((error) => error.field === 'spec.activeDeadlineSeconds')) return out;
  tolerationUpdateErrors(out, spec.tolerations ?? [], before.tolerations ?? []);
  gateErrors(out, spec, before);
  if (out.some((error) => error.type === 'Forbidden')) return out;
  const gated = (before.schedulingGates ?? []).length > 0;
  if (gated && !deepEqual(spec.nodeSelector ?? {}, before.nodeSelector ?? {})) {
    const additions = Object.entries(before.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value);
    if (!additions) {
      out.push(invalid('spec.nodeSelector', spec.nodeSelector ?? {}, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'));
      return out;
    }
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

const deadlineErrors = (out: Findings, spec: PodSpec, old: PodSpec): void => {
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds !== undefined) {
    if (activeDeadlineSeconds < 0 || activeDeadlineSeconds > 2_147_483_647) out.push(invalid('spec.activeDeadlineSeconds', activeDeadlineSeconds, 'must be between 0 and 2147483647, inclusive'));
    else if (old.activeDeadlineSeconds !== undefined && old.activeDeadlineSeconds < activeDeadlineSeconds) out.push(invalid('spec.activeDeadlineSeconds', activeDeadlineSeconds, 'must be less than or equal to previous value'));
  } else if (old.activeDeadlineSeconds !== undefined) out.push(invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'));
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
  if (gated) keep('nodeSelector');
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
