import { type ActorContext, atomically, type Caller, type Flow, isFailure, later, request as ask, seconds } from '@naumachia/core';
import { prefixEnd, type RangeRequest } from '../../api/etcd-requests.js';
import type { ApiReply, GetRequest, ListRequest, Stored } from '../../api/requests.js';
import { notFound, pathNotFound, serviceUnavailable, tooLargeResourceVersion } from '../../api/status.js';
import { type Kind, kindOfResource } from '../registry.js';
import { type ApiServerState, ETCD } from '../state.js';
import { compactedList, page, planList, selectionOf } from './list.js';
import { scaleOf } from './scale.js';
import { current } from './write-context.js';
import { refuse } from './reply.js';

/** How long a read waits for a revision that the cache has not seen (cacher.blockTimeout). */
export const FRESHNESS_WAIT = seconds(3);

/** Answers at once: what etcd has answered to this server is known to it. */
export const get = (state: ApiServerState, request: GetRequest, caller: Caller, context: ActorContext): void => {
  state.counts.gets++;
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
  const asked = request.resourceVersion;
  if (asked === '0') return 0;
  if (asked !== undefined && asked !== '') return Number(asked);
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
    else refuse(context, parked.caller, tooLargeResourceVersion(parked.revision, state.cache.revision));
  }
  state.parked = kept;
};

/** A list as it was at a revision, which etcd still knows or has compacted away. */
export function* listPast(past: { readonly request: ListRequest; readonly caller: Caller; readonly revision: number; readonly start: string }): Flow {
  const { request, caller, revision, start } = past;
  const kind = kindOfResource(request.resource) as Kind;
  const prefix = request.namespace === '' ? kind.prefix : `${kind.prefix}${request.namespace}/`;
  const reply = yield* ask<RangeRequest>(ETCD, { type: 'range', key: prefix + start, rangeEnd: prefixEnd(prefix), revision });
  yield* atomically((_: ApiServerState, context: ActorContext) => {
    if (isFailure(reply)) return refuse(context, caller, serviceUnavailable(`etcd: ${reply.reason}`));
    if (reply.type === 'refused') return refuse(context, caller, compactedList(start !== ''));
    const selection = selectionOf(kind, request.labelSelector, request.fieldSelector);
    if ('status' in selection) return refuse(context, caller, selection);
    context.reply(caller, page(kind, request, reply.kvs as unknown as readonly Stored[], selection, revision, ''));
  });
}
