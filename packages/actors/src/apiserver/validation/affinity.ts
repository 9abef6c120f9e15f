import { duplicate, forbidden, invalid, notSupported, required } from '../../api/field-error.js';
import type { Affinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, PodSpec, TopologySpreadConstraint, WeightedPodAffinityTerm } from '../../api/generated/types.js';
import { dns1123LabelErrors, labelKeyErrors, labelValueErrors, qualifiedNameErrors } from '../../api/names.js';
import { labelSelectorErrors } from './label-selector.js';
import { type Findings, named, oneOf } from './values.js';

const requirementErrors = (out: Findings, path: string, requirement: NodeSelectorRequirement): void => {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) out.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) out.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) out.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      out.push(invalid(`${path}.operator`, requirement.operator, 'not a valid selector operator'));
  }
  named(out, `${path}.key`, requirement.key, labelKeyErrors);
  if (requirement.operator === 'In' || requirement.operator === 'NotIn') values.forEach((value, i) => named(out, `${path}.values[${i}]`, value, labelValueErrors));
};

const fieldErrors = (out: Findings, path: string, requirement: NodeSelectorRequirement): void => {
  const values = requirement.values ?? [];
  if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
    if (values.length !== 1) out.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  } else out.push(invalid(`${path}.operator`, requirement.operator, 'not a valid selector operator'));
  if (requirement.key !== 'metadata.name') out.push(invalid(`${path}.key`, requirement.key, 'not a valid field selector key'));
};

const termErrors = (out: Findings, path: string, term: NodeSelectorTerm): void => {
  (term.matchExpressions ?? []).forEach((requirement, i) => requirementErrors(out, `${path}.matchExpressions[${i}]`, requirement));
  (term.matchFields ?? []).forEach((requirement, i) => fieldErrors(out, `${path}.matchFields[${i}]`, requirement));
};

const matchKeyErrors = (out: Findings, path: string, term: Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>): void => {
  const keys = term.matchLabelKeys ?? [];
  const not = term.mismatchLabelKeys ?? [];
  if (keys.length === 0 && not.length === 0) return;
  if (keys.length > 0 && term.labelSelector === undefined) {
    out.push(forbidden(`${path}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
  }
  if (not.length > 0 && term.labelSelector === undefined) out.push(forbidden(`${path}.mismatchLabelKeys`, 'must not be specified when labelSelector is not set'));
  keys.forEach((key, i) => {
    named(out, `${path}.matchLabelKeys[${i}]`, key, labelKeyErrors);
    if (not.includes(key)) out.push(invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
  not.forEach((key, i) => named(out, `${path}.mismatchLabelKeys[${i}]`, key, labelKeyErrors));
};

const podTermErrors = (out: Findings, path: string, term: PodAffinityTerm): void => {
  labelSelectorErrors(out, `${path}.labelSelector`, term.labelSelector);
  labelSelectorErrors(out, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const name of term.namespaces ?? []) named(out, `${path}.namespace`, name, dns1123LabelErrors);
  matchKeyErrors(out, path, term);
  const { topologyKey } = term;
  if (topologyKey === '') out.push(required(`${path}.topologyKey`, 'can not be empty'));
  named(out, `${path}.topologyKey`, topologyKey, qualifiedNameErrors);
};

const weight = (out: Findings, path: string, value: number): void => {
  if (value < 1 || value > 100) out.push(invalid(`${path}.weight`, value, 'must be in the range 1-100'));
};

const podAffinityErrors = (out: Findings, path: string, affinity: Affinity['podAffinity']): void => {
  (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) => podTermErrors(out, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`, term));
  (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term: WeightedPodAffinityTerm, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    weight(out, at, term.weight);
    podTermErrors(out, `${at}.podAffinityTerm`, term.podAffinityTerm);
  });
};

export const affinityErrors = (out: Findings, path: string, affinity: Affinity | undefined): void => {
  if (affinity === undefined) return;
  const node = affinity.nodeAffinity;
  const demanded = node?.requiredDuringSchedulingIgnoredDuringExecution;
  if (demanded !== undefined) {
    const at = `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    const terms = demanded.nodeSelectorTerms ?? [];
    if (terms.length === 0) out.push(required(at, 'must have at least one node selector term'));
    terms.forEach((term, i) => termErrors(out, `${at}[${i}]`, term));
  }
  (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((preferred, i) => {
    const at = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    weight(out, at, preferred.weight);
    termErrors(out, `${at}.preference`, preferred.preference);
  });
  podAffinityErrors(out, `${path}.podAffinity`, affinity.podAffinity);
  podAffinityErrors(out, `${path}.podAntiAffinity`, affinity.podAntiAffinity);
};

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const tolerationErrors = (out: Findings, path: string, tolerations: PodSpec['tolerations']): void => {
  (tolerations ?? []).forEach((toleration, i) => {
    const at = `${path}[${i}]`;
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    if (key !== '') named(out, `${at}.key`, key, labelKeyErrors);
    else if (operator !== 'Exists') out.push(invalid(`${at}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') out.push(invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    switch (operator) {
      case '':
      case 'Equal':
        named(out, `${at}.operator`, value, labelValueErrors);
        break;
      case 'Exists':
        if (value !== '') out.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
        break;
      // Comparing tolerations are known and switched off (alpha gate TaintTolerationComparisonOperators).
      case 'Lt':
      case 'Gt':
        out.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
        break;
      default:
        out.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    }
    if (effect !== '') oneOf(out, `${at}.effect`, effect, EFFECTS, EFFECTS);
  });
};

export const spreadErrors = (out: Findings, path: string, constraints: readonly TopologySpreadConstraint[] | undefined): void => {
  (constraints ?? []).forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    if (constraint.maxSkew <= 0) out.push(invalid(`${at}.maxSkew`, constraint.maxSkew, 'must be greater than zero'));
    if (constraint.topologyKey === '') out.push(required(`${at}.topologyKey`, 'can not be empty'));
    oneOf(out, `${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']);
    const { minDomains } = constraint;
    if (minDomains !== undefined) {
      if (minDomains <= 0) out.push(invalid(`${at}.minDomains`, minDomains, 'must be greater than zero'));
      if (constraint.whenUnsatisfiable !== 'DoNotSchedule') out.push(invalid(`${at}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${constraint.whenUnsatisfiable}`));
    }
    const again = (constraints ?? []).slice(i + 1).some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === constraint.whenUnsatisfiable);
    if (again) out.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`));
    oneOf(out, `${at}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, ['Honor', 'Ignore']);
    oneOf(out, `${at}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, ['Honor', 'Ignore']);
    if ((constraint.matchLabelKeys ?? []).length > 0) {
      if (constraint.labelSelector === undefined) out.push(forbidden(`${at}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
      else (constraint.matchLabelKeys ?? []).forEach((key, k) => named(out, `${at}.matchLabelKeys[${k}]`, key, labelKeyErrors));
    }
    labelSelectorErrors(out, `${at}.labelSelector`, constraint.labelSelector);
  });
};
