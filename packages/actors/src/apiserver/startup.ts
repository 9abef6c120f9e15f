import { type ActorContext, atomically, type Flow, isFailure, milliseconds, request as ask, requests as askAll, seconds, sleep } from '@naumachia/core';
import { type OptimisticPutRequest, prefixEnd, type RangeRequest } from '../api/etcd-requests.js';
import type { Stored } from '../api/requests.js';
import { bootstrapWrites } from './bootstrap/bootstrap.js';
import { type Kind, storedKinds } from './registry.js';
import { type ApiServerState, ETCD } from './state.js';
import { noteCommitted } from './storage/flows.js';
import { unpark } from './waiting.js';
import { emptyWatchCache, isCached, resourceCache, takeIn } from './watch-cache.js';

const RETRY = milliseconds(50);
const DEFAULT_FEED_LIMIT = 20_000;
/** How long the watch cache keeps what has changed, whatever its capacity (kube-apiserver 1.36, `eventFreshDuration`). */
const EVENT_FRESH = seconds(75);

/** Fills the watch cache from etcd, follows its feed from there, makes what a fresh cluster lacks, and only then serves. */
export function* startUp(_why: 'start' | 'resync'): Flow {
  for (;;) {
    const filled = yield* fill();
    if (filled) break;
    yield* sleep(RETRY);
  }
  yield* makeMissing();
  yield* atomically((state: ApiServerState, context: ActorContext) => {
    state.phase = 'serving';
    unpark(state, context);
  });
}

/** Follows etcd again after the link to it was reset: not at once, as a link to an etcd that is down is reset at once. */
export function* followAgain(_why: 'reset'): Flow {
  yield* sleep(RETRY);
  yield* atomically((state: ApiServerState, context: ActorContext) => {
    state.subscription = context.subscribe(ETCD, 'kv', { after: state.cache.revision });
  });
}

function* fill(): Flow<boolean> {
  const first = yield* ask<RangeRequest>(ETCD, { type: 'range', key: '/registry/', rangeEnd: prefixEnd('/registry/'), countOnly: true });
  if (isFailure(first) || first.type === 'refused') return false;
  const { revision } = first;
  const kinds = [...storedKinds().values()];
  const uncached = kinds.filter(({ resource }) => !isCached(resource));
  const prefixes = ['/registry/ranges/', ...kinds.filter(({ resource }) => isCached(resource)).map((kind) => kind.prefix)];
  const replies = yield* askAll<RangeRequest>(prefixes.map((prefix) => ({ to: ETCD, message: { type: 'range', key: prefix, rangeEnd: prefixEnd(prefix), revision } })));
  const counts = yield* askAll<RangeRequest>(uncached.map(({ prefix }) => ({ to: ETCD, message: { type: 'range', key: prefix, rangeEnd: prefixEnd(prefix), revision, countOnly: true } })));
  if ([...replies, ...counts].some((reply) => isFailure(reply) || reply.type === 'refused')) return false;
  yield* atomically((state: ApiServerState, context: ActorContext) => {
    const cache = emptyWatchCache(storedKinds().keys());
    for (const reply of replies) {
      if (isFailure(reply) || reply.type === 'refused') continue;
      for (const kv of reply.kvs) {
        const stored = kv as unknown as Stored;
        takeIn(resourceCache(cache, stored.header.resource), stored);
      }
    }
    for (const [i, reply] of counts.entries()) if (!isFailure(reply) && reply.type === 'range') resourceCache(cache, (uncached[i] as Kind).resource).count = reply.count;
    cache.revision = revision;
    const again = state.cache.revision > 0;
    state.cache = cache;
    state.ahead.clear();
    if (revision > state.committed) state.committed = revision;
    // A feed that is opened anew tells its subscribers `gone`: after a gap they must list.
    for (const resource of storedKinds().keys()) context.openFeed(resource, revision, { limit: state.config.feedLimit ?? DEFAULT_FEED_LIMIT, fresh: EVENT_FRESH });
    if (again && state.subscription !== undefined) context.unsubscribe(state.subscription);
    state.subscription = context.subscribe(ETCD, 'kv', { after: revision });
  });
  return true;
}

function* makeMissing(): Flow {
  const writes = yield* atomically((state: ApiServerState, context: ActorContext) => bootstrapWrites(state, context));
  if (writes.length === 0) return;
  const replies = yield* askAll<OptimisticPutRequest>(writes.map((message) => ({ to: ETCD, message })));
  yield* atomically((state: ApiServerState) => {
    for (const reply of replies) if (!isFailure(reply) && reply.type === 'optimistic' && reply.kv !== undefined) noteCommitted(state, reply.kv as unknown as Stored);
  });
}
