import type { FilterFailure } from './plugin.js';

/** `2 Insufficient cpu, 3 node(s) were unschedulable`: each reason with the number of its nodes, sorted as text. */
export const countedReasons = (reasons: ReadonlyMap<string, number>): string =>
  [...reasons]
    .map(([reason, nodes]) => `${nodes} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ');

/** framework/types.go `FitError.Error()`, without what PostFilter adds. */
export const noNodeMessage = ({ allNodes, refusals, absent }: Pick<FilterFailure, 'allNodes' | 'refusals' | 'absent'>): string => {
  const reasons = new Map<string, number>();
  const count = (texts: readonly string[], nodes: number): void => {
    for (const text of texts) reasons.set(text, (reasons.get(text) ?? 0) + nodes);
  };
  for (const { rejection, nodes } of refusals) count(rejection.reasons, nodes);
  if (absent && absent.nodes > 0) count(absent.rejection.reasons, absent.nodes);
  return reasons.size === 0 ? `0/${allNodes} nodes are available:` : `0/${allNodes} nodes are available: ${countedReasons(reasons)}.`;
};
