import type { Instant } from '@naumachia/core';
import type { PodView } from '../pod-view.js';

/**
 * The `count` pods that a set can best do without (controller_utils.go: ActivePodsWithRanks). `related` counts, per node, the active
 * pods of the same owner: where two of them share a node, one of those goes first.
 */
export const podsToDelete = (active: readonly PodView[], related: ReadonlyMap<string, number>, count: number, now: Instant): readonly PodView[] => {
  // With all of them to go the order does not matter, and the real one does not rank either.
  if (count >= active.length) return active;
  return [...active].sort((a, b) => compare(a, b, related, now)).slice(0, count);
};

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

const compare = (a: PodView, b: PodView, related: ReadonlyMap<string, number>, now: Instant): number => {
  if ((a.nodeName === '') !== (b.nodeName === '')) return a.nodeName === '' ? -1 : 1;
  const phase = (PHASE_RANK[a.phase] ?? 0) - (PHASE_RANK[b.phase] ?? 0);
  if (phase !== 0) return phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.deletionCost !== b.deletionCost) return a.deletionCost - b.deletionCost;
  const rank = (related.get(b.nodeName) ?? 0) - (related.get(a.nodeName) ?? 0);
  if (rank !== 0) return rank;
  if (a.ready && b.ready && a.readySince !== b.readySince) return byAge(a, b, a.readySince, b.readySince, now);
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.created !== b.created) return byAge(a, b, a.created, b.created, now);
  return 0;
};

/** The younger goes first, ages told apart by powers of two alone (LogarithmicScaleDown); of one power, uids decide: chance, in effect. */
const byAge = (a: PodView, b: PodView, since: Instant, other: Instant, now: Instant): number => {
  const difference = magnitude(since, now) - magnitude(other, now);
  if (difference !== 0) return difference;
  return a.header.uid < b.header.uid ? -1 : 1;
};

/** log2 of the age in nanoseconds. */
const magnitude = (since: Instant, now: Instant): number => (now > since ? Math.trunc(Math.log2((now - since) * 1e6)) : -1);
