import { type ActorContext, atomically, type Caller, type Flow, isFailure, later, request as ask, seconds } from '@naumachia/core';
import { prefixEnd, type RangeRequest } from '../../api/etcd-requests.js';
import type { ApiReply, DeleteCollectionRequest, GetRequest, ListRequest, Stored } from '../../api/requests.js';
import { notFound, pathNotFound, serviceUnavailable, tooLargeResourceVersion } from '../../api/status.js';
import { type Kind, kindOfResource } from '../registry.js';
import { parseResourceVersion } from '../resource-version.js';
import { type ApiServerState, ETCD } from '../state.js';
import { compactedList, neededObjects, page, planList, selectionOf } from './list.js';
import { isCached } from '../watch-cache.js';
import { scaleOf } from './scale.js';
import { getFromEtcd } from './uncached.js';
import { current } from './write-context.js';
import { refuse } from './reply.js';

/** How long a read waits for a revision that the cache has not seen (cacher.blockTimeout). */
export const FRESHNESS_WAIT = seconds(3);

/** Answers at once: what etcd has answered to this server is known to it. */
export const get = (state: ApiServerState, request: GetRequest, caller: Caller, context: ActorContext): void => {
  state.counts.gets++;
  if (!isCached(request.resource) && kindOfResource(request.resource) !== undefined) {
    context.run(getFromEtcd, { request, caller });
    return;
  }
  context.reply(caller, readOne(state, request));
};

const readOne = (state: ApiServerState, request: GetRequest): ApiReply => {
  const stored = current(state, request.resource, request.namespace, request.name);
  if (stored === undefined) return { type: 'status', status: kindOfResource(request.resource) === undefined ? pathNotFound() : notFound(request.resource, request.name) };
  if (request.subresource === 'scale') return { type: 'value', code: 200, value: scaleOf(stored) };
  return { type: 'object', code: 200, object: stored };
};

/** The revision that a list must not be older than: what this server has been told of, or what the client asks for. */
export const neededRevision = (state: ApiServerState, request: ListRequest): number => {
  // Without a watch cache there is nothing that could lag behind: a list is of what was last written, or refused at once.
  if (!isCached(request.resource)) return state.committed;
  const asked = request.resourceVersion;
  if (asked === '0') return 0;
  // What cannot be read is refused, not waited for.
  if (asked !== undefined && asked !== '') return parseResourceVersion(asked) ?? 0;
  return request.continue !== undefined && request.continue !== '' ? 0 : state.committed;
};

export const list = (state: ApiServerState, request: ListRequest, caller: Caller, context: ActorContext): void => {
  const needed = neededRevision(state, request);
  if (needed > state.cache.revision) {
    const until = request.resourceVersion === undefined || request.resourceVersion === '' ? undefined : later(context.now, FRESHNESS_WAIT);
    state.parked.push({ request, caller, revision: needed, until });
    if (until !== undefined) context.after(FRESHNESS_WAIT, { type: 'give-up-reads' });
    return;
  }
  state.counts.lists++;
  const kind = kindOfResource(request.resource);
  if (kind === undefined) return refuse(context, caller, pathNotFound());
  const plan = planList(state, kind, request);
  if (plan.type === 'answer') return context.reply(caller, plan.reply);
  context.run(listPast, { request, caller, revision: plan.revision, start: plan.start });
};

/** Reads that waited too long for a revision from the future. */
export const giveUpReads = (state: ApiServerState, context: ActorContext): void => {
  const kept = [];
  for (const parked of state.parked) {
    if (parked.until === undefined || parked.until > context.now) kept.push(parked);
    else refuse(context, parked.caller, tooLargeResourceVersion(parked.revision, state.cache.revision, 1));
  }
  state.parked = kept;
};

/** A list of what etcd has, or had at a revision that it may have compacted away. */
export function* listPast(past: { readonly request: ListRequest; readonly caller: Caller; readonly revision: number; readonly start: string }): Flow {
  const { request, caller, revision, start } = past;
  const reply = yield* pageOfEtcd(kindOfResource(request.resource) as Kind, request, revision, start);
  yield* atomically((_: ApiServerState, context: ActorContext) => context.reply(caller, reply));
}

/** One page of what a request picks among what etcd held at a revision, from the key `start` of its prefix on. */
export function* pageOfEtcd(kind: Kind, request: ListRequest | DeleteCollectionRequest, revision: number, start: string): Flow<ApiReply> {
  const selection = selectionOf(kind, request.labelSelector, request.fieldSelector);
  if ('status' in selection) return { type: 'status', status: selection };
  const prefix = request.namespace === '' ? kind.prefix : `${kind.prefix}${request.namespace}/`;
  const limit = neededObjects(kind, request, selection);
  const reply = yield* ask<RangeRequest>(ETCD, { type: 'range', key: prefix + start, rangeEnd: prefixEnd(prefix), revision, ...(limit !== undefined && { limit }) });
  if (isFailure(reply)) return { type: 'status', status: serviceUnavailable(`etcd: ${reply.reason}`) };
  if (reply.type === 'refused') return { type: 'status', status: compactedList(start !== '') };
  const { kvs, count } = reply;
  return page(kind, request, kvs as unknown as readonly Stored[], selection, revision, '', count - kvs.length);
}
