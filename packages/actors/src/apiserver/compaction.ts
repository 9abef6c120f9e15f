import { type ActorContext, type Flow, minutes, request as ask } from '@naumachia/core';
import type { CompactRequest } from '../api/etcd-requests.js';
import { type ApiServerState, ETCD } from './state.js';

/**
 * Every five minutes etcd forgets what is older than the last turn (etcd3/compact.go, `--etcd-compaction-interval`): the history of the
 * last five to ten minutes can be read.
 */
export const compact = (state: ApiServerState, context: ActorContext): void => {
  const every = state.config.compactionMinutes ?? 5;
  if (state.compactAt > 0) context.run(compactTo, state.compactAt);
  state.compactAt = state.cache.revision;
  context.after(minutes(every), { type: 'compact' });
};

export function* compactTo(revision: number): Flow {
  yield* ask<CompactRequest>(ETCD, { type: 'compact', revision });
}
