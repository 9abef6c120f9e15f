import { readSelector } from './label-selector-text.js';
import type { LabelSelector } from './generated/types.js';
import { textAt } from './chosen-keys.js';

export type Labels = Readonly<Record<string, string>>;

/** What a requirement asks of one label; the words are those of labels.Selector. */
export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** Sorted; empty for `exists` and `!`, one for `=`, `!=`, `gt`, `lt`. */
  readonly values: readonly string[];
}

/** A selector that is ready to be asked. Plain data: `matches` does the work. `nothing` is the selector of an absent LabelSelector. */
export type Selector = { readonly type: 'nothing' } | { readonly type: 'requirements'; readonly requirements: readonly Requirement[] };

export const everything: Selector = { type: 'requirements', requirements: [] };
export const nothing: Selector = { type: 'nothing' };

/** True if the selector picks an object with these labels (absent labels are empty ones). */
export function matches(selector: Selector, labels: Labels | undefined): boolean {
  if (selector.type === 'nothing') return false;
  for (const requirement of selector.requirements) if (!meets(requirement, labels)) return false;
  return true;
}

function meets(requirement: Requirement, labels: Labels | undefined): boolean {
  const found = textAt(labels, requirement.key);
  const { values } = requirement;
  switch (requirement.operator) {
    case 'in':
    case '=':
    case '==':
      return found !== undefined && (values.length === 1 ? values[0] === found : values.includes(found));
    case 'notin':
    case '!=':
      return found === undefined || !values.includes(found);
    case 'exists':
      return found !== undefined;
    case '!':
      return found === undefined;
    case 'gt':
    case 'lt':
      return found !== undefined && isInteger(found) && compareIntegers(requirement.operator, found, values[0] ?? '');
  }
}

const isInteger = (text: string): boolean => /^[+-]?\d+$/.test(text);

function compareIntegers(operator: 'gt' | 'lt', found: string, bound: string): boolean {
  return operator === 'gt' ? BigInt(found) > BigInt(bound) : BigInt(found) < BigInt(bound);
}

const compiled = new WeakMap<object, Selector>();
const words: Readonly<Record<string, SelectorOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/**
 * The selector of a LabelSelector as metav1.LabelSelectorAsSelector: absent picks nothing, empty picks everything. It is kept with the
 * (immutable) object, so that asking again costs a look-up. Throws a RangeError for an operator that validation would have refused.
 */
export function selectorOf(selector: LabelSelector | null | undefined): Selector {
  if (selector === undefined || selector === null) return nothing;
  let known = compiled.get(selector);
  if (known === undefined) {
    known = selectorFromParts(selector);
    compiled.set(selector, known);
  }
  return known;
}

function selectorFromParts(selector: LabelSelector): Selector {
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] }));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const word = words[operator];
    if (word === undefined) throw new RangeError(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push({ key, operator: word, values: [...(values ?? [])].sort() });
  }
  return { type: 'requirements', requirements: requirements.sort(byKey) };
}

/** The selector of a plain map, as Services and ReplicationControllers have it: all labels must be equal. An empty or absent map picks everything. */
export function selectorOfLabels(labels: Labels | undefined): Selector {
  if (labels === undefined) return everything;
  let known = compiled.get(labels);
  if (known === undefined) {
    known = { type: 'requirements', requirements: Object.entries(labels).map(([key, value]): Requirement => ({ key, operator: '=', values: [value] })).sort(byKey) };
    compiled.set(labels, known);
  }
  return known;
}

export const byKey = (a: Requirement, b: Requirement): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Reads a selector as clients write it (`env in (prod,dev),!tier`). What cannot be read gives Go's error text. */
export function parseLabelSelector(text: string): { readonly selector: Selector } | { readonly error: string } {
  return readSelector(text);
}

/** As labels.Selector.String() writes it; what `parseLabelSelector` reads back. Nothing is written as an empty text, as everything is. */
export function labelSelectorText(selector: Selector): string {
  return selector.type === 'nothing' ? '' : selector.requirements.map(requirementText).join(',');
}

/** As metav1.FormatLabelSelector, which columns of kubectl and status.selector of a Scale show: `<none>` if empty. */
export function formatLabelSelector(selector: LabelSelector | null | undefined): string {
  const text = labelSelectorText(selectorOf(selector));
  return text === '' ? '<none>' : text;
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${values[0] ?? ''}`;
    case 'gt':
      return `${key}>${values[0] ?? ''}`;
    case 'lt':
      return `${key}<${values[0] ?? ''}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
  }
}
