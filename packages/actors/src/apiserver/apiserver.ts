import { type ActorContext, defineActor, type FeedBatch, type FeedEntry, minutes } from '@naumachia/core';
import type { KeyHeader } from '../api/etcd-requests.js';
import type { GroupResource, ObjectHeader } from '../api/object.js';
import type { ApiRequest, Stored } from '../api/requests.js';
import { compact, compactTo } from './compaction.js';
import { followAgain, startUp } from './startup.js';
import { type ApiServerConfig, type ApiServerState, newApiServerState } from './state.js';
import { deleteEach } from './storage/delete-collection.js';
import { grantLease } from './storage/event-lease.js';
import { write } from './storage/flows.js';
import { giveUpReads, listPast } from './storage/reads.js';
import { getFromEtcd, readAndWrite } from './storage/uncached.js';
import { handleOrPark, unpark } from './waiting.js';
import { type ApiFeedEntry, countIn, isCached, type ResourceCache, resourceCache, takeIn } from './watch-cache.js';

/** What the API server tells itself. */
type ApiTimer = { readonly type: 'give-up-reads' } | { readonly type: 'compact' };

const start = (config: ApiServerConfig, context: ActorContext): ApiServerState => {
  const state = newApiServerState(config);
  context.run(startUp, 'start');
  const every = config.compactionMinutes ?? 5;
  if (every > 0) context.after(minutes(every), { type: 'compact' });
  return state;
};

/** Takes in what etcd has committed since the last turn, and tells the watchers of each resource, once. */
const takeFeed = (state: ApiServerState, batch: FeedBatch, context: ActorContext): void => {
  if (batch.subscription !== state.subscription) return;
  const published = new Map<GroupResource, ApiFeedEntry[]>();
  for (const entry of batch.entries as readonly FeedEntry<ObjectHeader & KeyHeader>[]) {
    const stored = entry.value as unknown as Stored;
    const { resource } = stored.header;
    const told = taken(state, resourceCache(state.cache, resource), entry, stored);
    if (resource === 'ranges') continue;
    const entries = published.get(resource);
    if (entries === undefined) published.set(resource, [told]);
    else entries.push(told);
  }
  state.cache.revision = batch.revision;
  for (const [resource, entries] of published) context.publish(resource, entries);
  unpark(state, context);
};

/** Takes one change in; what the watchers of its resource are told. */
const taken = (state: ApiServerState, resource: ResourceCache, entry: FeedEntry<ObjectHeader & KeyHeader>, stored: Stored): ApiFeedEntry => {
  const { key } = entry.value.header;
  if (!isCached(stored.header.resource)) {
    countIn(resource, stored);
    // As a watch of the real server on such a resource is one of etcd: its very entry, with a routing key that nobody here asks for.
    return entry as ApiFeedEntry;
  }
  const keys = takeIn(resource, stored);
  const ahead = state.ahead.get(key);
  if (ahead !== undefined && ahead.header.revision <= entry.revision) state.ahead.delete(key);
  return { revision: entry.revision, keys, value: stored };
};

const receive = (state: ApiServerState, request: ApiRequest, context: ActorContext): void => {
  if (context.caller !== undefined) handleOrPark(state, request, context.caller, context);
};

/** The one way to the store of the cluster, after kube-apiserver 1.36: admission, validation, managers, watch cache. */
export const apiserver = defineActor<ApiServerConfig, ApiServerState, ApiRequest | ApiTimer>({
  kind: 'apiserver',
  mailbox: { capacity: 262_144, overflow: 'reject' },
  start,
  receive: {
    get: receive,
    list: receive,
    deletecollection: receive,
    create: receive,
    update: receive,
    patch: receive,
    delete: receive,
    'give-up-reads': (state, _, context) => giveUpReads(state, context),
    compact: (state, _, context) => compact(state, context),
  },
  signals: {
    feed: takeFeed,
    // The link to etcd, or etcd itself, failed, or the log no longer reaches back: either way the cache is filled anew or resumed.
    feedEnded: (state, end, context) => {
      if (end.subscription !== state.subscription) return;
      if (end.reason === 'reset') context.run(followAgain, 'reset');
      else context.run(startUp, 'resync');
    },
  },
  flows: [startUp, followAgain, write, readAndWrite, getFromEtcd, listPast, deleteEach, grantLease, compactTo],
});
