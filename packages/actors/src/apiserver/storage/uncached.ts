import { type ActorContext, atomically, type Caller, type Failure, type Flow, isFailure, type ReplyTo, request as ask } from '@naumachia/core';
import type { RangeRequest } from '../../api/etcd-requests.js';
import type { ApiReply, GetRequest, Stored } from '../../api/requests.js';
import { alreadyExists, notFound, serviceUnavailable } from '../../api/status.js';
import { type Kind, keyOf, kindOfResource } from '../registry.js';
import { type ApiServerState, ETCD } from '../state.js';
import { isCached } from '../watch-cache.js';
import { write } from './flows.js';
import { planSafely } from './plan-safely.js';
import type { WriteRequest } from './plan-write.js';

// Objects of a resource without a watch cache: each read asks etcd, and so does a write that begins with what is there
// (GuaranteedUpdate without a cached object). A creation does not: its transaction finds out.

/** Whether a write must know first what etcd holds. */
export const beginsWithRead = (request: WriteRequest): boolean => !isCached(request.resource) && (request.type !== 'create' || request.dryRun === true);

const rangeOf = (kind: Kind, namespace: string, name: string): RangeRequest => ({ type: 'range', key: keyOf(kind, namespace, name) });

const isUnread = (reply: ReplyTo<RangeRequest> | Failure): reply is Exclude<ReplyTo<RangeRequest>, { readonly type: 'range' }> | Failure => isFailure(reply) || reply.type === 'refused';

const unread = (reply: { readonly type: 'failure'; readonly reason: string } | { readonly type: 'refused'; readonly message: string }): ApiReply => ({
  type: 'status', status: serviceUnavailable(`etcd: ${reply.type === 'failure' ? reply.reason : reply.message}`),
});

export function* getFromEtcd({ request, caller }: { readonly request: GetRequest; readonly caller: Caller }): Flow {
  const reply = yield* ask<RangeRequest>(ETCD, rangeOf(kindOfResource(request.resource) as Kind, request.namespace, request.name));
  yield* atomically((_: ApiServerState, context: ActorContext) => context.reply(caller, isUnread(reply) ? unread(reply) : answerOf(request, reply.kvs[0] as unknown as Stored | undefined)));
}

const answerOf = ({ resource, name }: GetRequest, stored: Stored | undefined): ApiReply =>
  stored === undefined ? { type: 'status', status: notFound(resource, name) } : { type: 'object', code: 200, object: stored };

/** A write that begins with what etcd holds. */
export function* readAndWrite({ request, caller }: { readonly request: WriteRequest; readonly caller: Caller }): Flow {
  const name = request.type === 'create' ? (request.object.metadata.name ?? '') : request.name;
  const reply = yield* ask<RangeRequest>(ETCD, rangeOf(kindOfResource(request.resource) as Kind, request.namespace, name));
  const plan = yield* atomically((state: ApiServerState, context: ActorContext) => {
    const answer = (given: ApiReply): undefined => {
      state.inFlight--;
      context.reply(caller, given);
    };
    if (isUnread(reply)) return answer(unread(reply));
    const held = reply.kvs[0] as unknown as Stored | undefined;
    const planned = planSafely(state, context, request, held);
    if (planned.type !== 'answer') return planned;
    // What a dry run would have made.
    if (request.type === 'create' && held !== undefined && planned.reply.type === 'value') return answer({ type: 'status', status: alreadyExists(request.resource, name) });
    return answer(planned.reply);
  });
  if (plan !== undefined) yield* write({ request, caller, plan });
}
