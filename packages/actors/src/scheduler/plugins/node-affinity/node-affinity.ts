import type { Node, NodeSelectorTerm } from '../../../api/generated/types.js';
import type { NodeTable } from '../../cache/node-table.js';
import { refuse, verdictOf } from '../../framework/candidates.js';
import { normalizeScores } from '../../framework/normalize.js';
import { type HintFunction, definePlugin } from '../../framework/plugin.js';
import type { Rejection } from '../../framework/status.js';
import { type CompiledTerm, compileRequirements, compileTerm, matchesSlot } from './compiled-term.js';
import { matchesNode, preferredTerms, requiredAffinity, requiredTerms } from './node-selector.js';

const NAME = 'NodeAffinity';
const MISMATCH: Rejection = { plugin: NAME, code: 'UnschedulableAndUnresolvable', reasons: ["node(s) didn't match Pod's node affinity/selector"] };
const CONFLICT: Rejection = { plugin: NAME, code: 'UnschedulableAndUnresolvable', reasons: ['pod affinity terms conflict'] };

interface Required {
  readonly nodeSelector: CompiledTerm;
  readonly terms: readonly CompiledTerm[] | undefined;
}

interface Preferred {
  readonly weight: number;
  readonly term: CompiledTerm;
}

const matches = (required: Required, table: NodeTable, slot: number): boolean => {
  if (!matchesSlot(required.nodeSelector, table, slot)) return false;
  if (!required.terms) return true;
  for (const term of required.terms) if (matchesSlot(term, table, slot)) return true;
  return false;
};

/** The nodes that the terms name, if every term names some by `metadata.name`; undefined: any node may be meant. */
const namedNodes = (terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined => {
  if (terms.length === 0) return undefined;
  const all = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let named: readonly string[] | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key === 'metadata.name' && operator === 'In') named = named ? named.filter((name) => values.includes(name)) : values;
    }
    if (!named) return undefined;
    for (const name of named) all.add(name);
  }
  return all;
};

/** A node that came is worth a try if it matches; one that changed, if it does so only now (`isSchedulableAfterNodeChange`). */
const afterNodeChange: HintFunction = (pod, former, current) => {
  const affinity = requiredAffinity(pod.pod);
  if (!matchesNode(affinity, current as Node)) return 'QueueSkip';
  return former && matchesNode(affinity, former as Node) ? 'QueueSkip' : 'Queue';
};

/** Node selectors and node affinity (plugins/nodeaffinity). */
export const nodeAffinity = definePlugin<Required, readonly Preferred[]>({
  name: NAME,
  preFilter: ({ pod }, table) => {
    const written = requiredTerms(pod.spec.affinity);
    if (!written && !pod.spec.nodeSelector) return { type: 'skip' };
    const nodes = written && namedNodes(written);
    if (nodes?.size === 0) return { type: 'rejected', rejection: CONFLICT };
    const { nodeSelector, terms } = requiredAffinity(pod);
    const state = { nodeSelector: compileRequirements(table, nodeSelector, []), terms: terms?.map((term) => compileTerm(table, term)) };
    return nodes ? { type: 'success', state, nodes } : { type: 'success', state };
  },
  filter: (required, _pod, table, candidates) => {
    const { nodes, count } = candidates;
    const verdict = verdictOf(candidates, MISMATCH);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      if (matches(required, table, node)) nodes[kept++] = node;
      else refuse(candidates, node, verdict);
    }
    candidates.count = kept;
  },
  preScore: ({ pod }, table) => {
    const preferred = preferredTerms(pod.spec.affinity);
    if (!preferred) return { type: 'skip' };
    const errors = [...new Set(preferred.errors)];
    if (errors.length > 0) return { type: 'error', error: { plugin: NAME, message: errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]` } };
    return { type: 'success', state: preferred.terms.map(({ weight, term }) => ({ weight, term: compileTerm(table, term) })) };
  },
  score: (preferred, _pod, table, nodes, count, scores) => {
    for (let at = 0; at < count; at++) {
      let sum = 0;
      for (const { weight, term } of preferred) if (matchesSlot(term, table, nodes[at] as number)) sum += weight;
      scores[at] = sum;
    }
  },
  normalize: (scores, count) => normalizeScores(scores, count, false),
  events: [
    { event: { resource: 'Node', action: 'Add' }, hint: afterNodeChange },
    { event: { resource: 'Node', action: 'UpdateNodeLabel' }, hint: afterNodeChange },
  ],
});
