import type { Affinity, Node, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../../api/generated/types.js';
import { labelKeyErrors, labelValueErrors } from '../../../api/names.js';
import { textAt } from '../../../api/chosen-keys.js';

/**
 * Node selector terms (component-helpers/scheduling/corev1/nodeaffinity): requirements of a term are ANDed, terms are ORed, a term
 * without requirements matches nothing. A requirement that is written wrongly makes its term match nothing.
 */
export type Requirement =
  | { readonly type: 'in' | 'not-in'; readonly key: string; readonly values: readonly string[] }
  | { readonly type: 'exists' | 'does-not-exist'; readonly key: string }
  | { readonly type: 'greater' | 'less'; readonly key: string; readonly bound: bigint };

export interface FieldRequirement {
  readonly type: 'in' | 'not-in';
  readonly field: string;
  readonly value: string;
}

export interface Term {
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldRequirement[];
  /** What is wrong with the term; it then matches nothing. */
  readonly errors: readonly string[];
}

export interface RequiredAffinity {
  readonly nodeSelector: readonly Requirement[];
  /** Absent: any node; empty: none. */
  readonly terms: readonly Term[] | undefined;
}

const isEmpty = (term: NodeSelectorTerm): boolean => !term.matchExpressions?.length && !term.matchFields?.length;

export const requiredAffinity = (pod: Pod): RequiredAffinity => {
  const selector = pod.spec.nodeSelector;
  const terms = requiredTerms(pod.spec.affinity);
  return {
    nodeSelector: selector ? Object.keys(selector).map((key) => ({ type: 'in', key, values: [selector[key] as string] })) : [],
    terms: terms?.filter((term) => !isEmpty(term)).map((term) => parseTerm(term, '')),
  };
};

export const requiredTerms = (affinity: Affinity | undefined): readonly NodeSelectorTerm[] | undefined =>
  affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ??
  (affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution ? [] : undefined);

export interface PreferredTerm {
  readonly weight: number;
  readonly term: Term;
}

/** Preferred terms of a pod; terms without weight or requirements count nothing. `errors` fail the whole cycle. */
export const preferredTerms = (affinity: Affinity | undefined): { readonly terms: readonly PreferredTerm[]; readonly errors: readonly string[] } | undefined => {
  const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (!preferred) return undefined;
  const terms: PreferredTerm[] = [];
  for (const [at, { weight, preference }] of preferred.entries()) {
    if (weight !== 0 && !isEmpty(preference)) terms.push({ weight, term: parseTerm(preference, `[${at}]`) });
  }
  return { terms: terms.filter(({ term }) => term.errors.length === 0), errors: terms.flatMap(({ term }) => term.errors) };
};

const parseTerm = (term: NodeSelectorTerm, path: string): Term => {
  const errors: string[] = [];
  const at = (list: string, index: number): string => `${path === '' ? '' : `${path}.`}${list}[${index}]`;
  const labels = (term.matchExpressions ?? []).flatMap((requirement, index) => parseRequirement(requirement, at('matchExpressions', index), errors));
  const fields = (term.matchFields ?? []).flatMap((requirement, index) => parseField(requirement, at('matchFields', index), errors));
  return { labels, fields, errors };
};

const LARGEST = (1n << 63n) - 1n;

/** Go's strconv.ParseInt in base 10 with 64 bits; undefined for what it refuses. */
export const parseInteger = (text: string): bigint | undefined => {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > LARGEST || value < -LARGEST - 1n ? undefined : value;
};

const invalid = (path: string, value: string, detail: string): string => `${path}: Invalid value: ${value}: ${detail}`;
const quoted = (values: readonly string[]): string => `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;

const parseRequirement = ({ key, operator, values = [] }: NodeSelectorRequirement, path: string, errors: string[]): readonly Requirement[] => {
  const before = errors.length;
  const keyErrors = labelKeyErrors(key);
  if (keyErrors.length) errors.push(invalid(`${path}.key`, JSON.stringify(key), keyErrors.join('; ')));
  const at = `${path}.values`;
  let bound: bigint | undefined;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(invalid(at, quoted(values), "for 'in', 'notin' operators, values set can't be empty"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length !== 0) errors.push(invalid(at, quoted(values), 'values set must be empty for exists and does not exist'));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(invalid(at, quoted(values), "for 'Gt', 'Lt' operators, exactly one value is required"));
      for (const [index, value] of values.entries()) {
        bound = parseInteger(value);
        if (bound === undefined) errors.push(invalid(`${at}[${index}]`, JSON.stringify(value), "for 'Gt', 'Lt' operators, the value must be an integer"));
      }
      break;
    default:
      errors.push(`${path}.operator: Unsupported value: ${JSON.stringify(operator)}: not a valid selector operator`);
  }
  for (const [index, value] of values.entries()) {
    const valueErrors = labelValueErrors(value);
    if (valueErrors.length) errors.push(invalid(`${at}[${index}][${key}]`, JSON.stringify(value), valueErrors.join('; ')));
  }
  if (errors.length > before) return [];
  switch (operator) {
    case 'In':
      return [{ type: 'in', key, values }];
    case 'NotIn':
      return [{ type: 'not-in', key, values }];
    case 'Exists':
      return [{ type: 'exists', key }];
    case 'DoesNotExist':
      return [{ type: 'does-not-exist', key }];
    default:
      return bound === undefined ? [] : [{ type: operator === 'Gt' ? 'greater' : 'less', key, bound }];
  }
};

const parseField = ({ key, operator, values = [] }: NodeSelectorRequirement, path: string, errors: string[]): readonly FieldRequirement[] => {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(`${path}.operator: Unsupported value: ${JSON.stringify(operator)}: not a valid selector operator`);
    return [];
  }
  const value = values[0];
  if (value === undefined || values.length !== 1) {
    errors.push(invalid(`${path}.values`, quoted(values), 'must have one element'));
    return [];
  }
  return [{ type: operator === 'In' ? 'in' : 'not-in', field: key, value }];
};

/** Whether a label with this value, or its absence, satisfies a requirement. */
export const satisfies = (requirement: Requirement, value: string | undefined): boolean => {
  switch (requirement.type) {
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'not-in':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'does-not-exist':
      return value === undefined;
    case 'greater':
    case 'less': {
      const number = value === undefined ? undefined : parseInteger(value);
      if (number === undefined) return false;
      return requirement.type === 'greater' ? number > requirement.bound : number < requirement.bound;
    }
  }
};

/** Nodes have one selectable field, `metadata.name`; any other reads as empty. */
export const satisfiesField = (requirement: FieldRequirement, nodeName: string): boolean =>
  ((requirement.field === 'metadata.name' ? nodeName : '') === requirement.value) === (requirement.type === 'in');

/** Whether a Node object fulfils what the pod requires: for queueing hints, where one node is asked about. */
export const matchesNode = (affinity: RequiredAffinity, node: Node): boolean => {
  const name = node.metadata.name ?? '';
  const holds = (requirement: Requirement): boolean => satisfies(requirement, textAt(node.metadata.labels, requirement.key));
  if (!affinity.nodeSelector.every(holds)) return false;
  if (affinity.terms === undefined) return true;
  return affinity.terms.some((term) => term.errors.length === 0 && term.labels.every(holds) && term.fields.every((field) => satisfiesField(field, name)));
};
