import type { Rejection } from './status.js';

/**
 * Nodes on their way through the Filter plugins. A plugin walks over all of them at once and keeps those that pass, in order:
 * one call per plugin and batch rather than one per plugin and node.
 */
export interface Candidates {
  /** Slots; the first `count` are still in the running. */
  nodes: Int32Array;
  count: number;
  /** By slot: which of `rejections` refused the node in this cycle. */
  verdicts: Int32Array;
  readonly rejections: Rejection[];
  /** How many nodes each of `rejections` refused. */
  readonly refused: number[];
}

export const newCandidates = (): Candidates => ({ nodes: new Int32Array(0), count: 0, verdicts: new Int32Array(0), rejections: [], refused: [] });

/** Registers a refusal and returns its number; a plugin that always says the same passes the same object. */
export const verdictOf = (candidates: Candidates, rejection: Rejection): number => {
  const known = candidates.rejections.indexOf(rejection);
  if (known >= 0) return known;
  candidates.rejections.push(rejection);
  candidates.refused.push(0);
  return candidates.rejections.length - 1;
};

export const refuse = (candidates: Candidates, node: number, verdict: number): void => {
  candidates.verdicts[node] = verdict;
  candidates.refused[verdict] = (candidates.refused[verdict] as number) + 1;
};
