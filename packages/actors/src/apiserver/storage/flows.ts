import { type ActorContext, atomically, type Caller, type Failure, type Flow, isFailure, type ReplyTo, request as ask } from '@naumachia/core';
import type { KeyHeader, OptimisticDeleteRequest, OptimisticPutRequest, TxnReply, TxnRequest } from '../../api/etcd-requests.js';
import type { ObjectHeader } from '../../api/object.js';
import type { ApiReply, ApiRequest, Stored } from '../../api/requests.js';
import { alreadyExists, alreadyExistsDeleting, conflict, deletedStatus, generateNameConflict, serverTimeout, serviceUnavailable } from '../../api/status.js';
import { kindOfResource } from '../registry.js';
import { type ApiServerState, ETCD } from '../state.js';
import { isCached } from '../watch-cache.js';
import { warned } from './create.js';
import type { DeletePlan, Plan, PutPlan, Removal } from './plan.js';
import { planWrite, type WriteRequest } from './plan-write.js';
import { planEvicted } from './eviction.js';
import { removalOf } from './removal.js';
import { created } from './binding.js';
import { scaleOf } from './scale.js';

/** How often a write that met another one is computed again (Store.GuaranteedUpdate goes on for ever; a patch gives up after 5). */
const MAX_ATTEMPTS = 20;
/** How many names are drawn before generateName gives up (NameGenerator retries, since 1.30). */
const MAX_NAMES = 8;

interface Written {
  readonly request: WriteRequest;
  readonly caller: Caller | undefined;
  readonly plan: Exclude<Plan, { readonly type: 'answer' }>;
}

/** Carries one computed write to etcd, again from the newest object where the guard fails, and answers. */
export const write = ({ request, caller, plan }: Written): Flow<ApiReply> =>
  carry(request, plan, (state, context, reply) => {
    state.inFlight--;
    if (caller !== undefined) context.reply(caller, 'brief' in request && request.brief === true ? briefly(reply) : reply);
  });

/** A write until it is answered; its answer. `done` is part of the step that has it. */
export function* carry(request: WriteRequest, plan: Plan, done?: (state: ApiServerState, context: ActorContext, reply: ApiReply) => void): Flow<ApiReply> {
  let next: Plan = plan;
  for (let attempt = 1; next.type !== 'answer'; attempt++) {
    const asked: Exclude<Plan, { readonly type: 'answer' }> = next;
    const answer = yield* ask<EtcdWrite>(ETCD, requestOf(asked));
    next = yield* atomically((state: ApiServerState, context: ActorContext) => {
      const settled = settle(state, context, request, asked, outcomeOf(answer), attempt);
      if (settled.type === 'answer') done?.(state, context, settled.reply);
      return settled;
    });
  }
  return next.reply;
}

/** A header in place of the object: what a component that follows the objects anyway wants to know of its write. */
const briefly = (reply: ApiReply): ApiReply => {
  if (reply.type !== 'object') return reply;
  const { name, uid, revision } = reply.object.header;
  return { type: 'written', name, uid, revision };
};

/** What etcd made of it: the revision it now has of the key. `held`: the guard failed, and this is there instead. */
type Outcome =
  | { readonly type: 'written'; readonly stored: Stored; readonly others: readonly Stored[] }
  | { readonly type: 'held'; readonly stored: Stored | undefined }
  | { readonly type: 'failed'; readonly reply: ApiReply };

type EtcdWrite = OptimisticPutRequest | OptimisticDeleteRequest | TxnRequest;

/** What is asked of etcd for a plan. */
const requestOf = (plan: Exclude<Plan, { readonly type: 'answer' }>): EtcdWrite => {
  switch (plan.type) {
    case 'put':
      return putOf(plan);
    case 'then':
      return putOf(plan.first);
    case 'delete':
      return deletionOf(plan);
    case 'transaction':
      return transaction(plan.compare, plan.success);
  }
};

const putOf = ({ key, expected, header, value, lease }: PutPlan): OptimisticPutRequest =>
  lease === 0 ? { type: 'optimistic-put', key, expected, header, value } : { type: 'optimistic-put', key, expected, header, value, lease };

const deletionOf = ({ key, expected, header, also }: DeletePlan): OptimisticDeleteRequest | TxnRequest =>
  also.length === 0
    ? { type: 'optimistic-delete', key, expected, header }
    : transaction(
        [{ key, target: 'mod', result: 'equal', value: expected }],
        [{ type: 'delete-range', key, header }, ...also.map((guard) => ({ type: 'delete-range', key: guard, header: { change: 'deleted' } }) as const)],
      );

const transaction = (compare: TxnRequest['compare'], success: TxnRequest['success']): TxnRequest => ({ type: 'txn', compare, success, failure: [{ type: 'range', key: compare[0]?.key ?? '' }] });

/** What an answer of etcd says of a write. */
const outcomeOf = (reply: ReplyTo<EtcdWrite> | Failure): Outcome => {
  if (isFailure(reply) || reply.type === 'refused') return failed(reply);
  if (reply.type === 'txn') return outcomeOfAll(reply);
  return reply.succeeded ? { type: 'written', stored: reply.kv as unknown as Stored, others: NOTHING } : { type: 'held', stored: reply.kv as unknown as Stored | undefined };
};

const outcomeOfAll = (reply: TxnReply): Outcome => {
  const all: Stored[] = [];
  for (const response of reply.responses) {
    if (response.type === 'put') all.push(response.kv as unknown as Stored);
    else if (response.type === 'delete-range') all.push(...(response.deleted as unknown as Stored[]));
    else if (response.type === 'range') all.push(...(response.kvs as unknown as Stored[]));
  }
  const [stored, ...others] = all;
  if (!reply.succeeded) return { type: 'held', stored };
  return stored === undefined ? { type: 'held', stored: undefined } : { type: 'written', stored, others };
};

const NOTHING: readonly Stored[] = [];

const failed = (reply: { readonly type: 'failure'; readonly reason: string } | { readonly type: 'refused'; readonly code: string; readonly message: string }): Outcome => {
  if (reply.type === 'failure') return { type: 'failed', reply: { type: 'status', status: serviceUnavailable(`etcd: ${reply.reason}`) } };
  return { type: 'failed', reply: { type: 'status', status: reply.code === 'request-too-large' ? serviceUnavailable(reply.message) : serverTimeout('', reply.message, 0) } };
};

/** The next step after an answer of etcd. */
const settle = (state: ApiServerState, context: ActorContext, request: WriteRequest, plan: Exclude<Plan, { readonly type: 'answer' }>, outcome: Outcome, attempt: number): Plan => {
  if (plan.type === 'transaction') for (const drawn of plan.drawn) state.drawn.delete(drawn);
  switch (outcome.type) {
    case 'failed':
      return { type: 'answer', reply: outcome.reply };
    case 'held':
      return again(state, context, request, plan, outcome.stored, attempt);
    case 'written':
      noteCommitted(state, outcome.stored);
      for (const other of outcome.others) noteCommitted(state, other);
      return planAfter(state, context, request, plan, outcome.stored) ?? { type: 'answer', reply: replyTo(plan, outcome.stored) };
  }
};

/** Of a deletion that writes first: the deletion. */
const planAfter = (state: ApiServerState, context: ActorContext, request: WriteRequest, plan: Plan, stored: Stored): Plan | undefined => {
  if (plan.type !== 'then' && !(plan.type === 'put' && plan.tell === 'evicting')) return undefined;
  const kind = kindOfResource(request.resource);
  if (kind === undefined) return undefined;
  if (plan.type === 'then') return removalOf(kind, plan.first.key, stored, plan.remove);
  return request.type === 'create' ? planEvicted(state, context, kind, request, stored) : undefined;
};

/** Remembers a write until the feed brings it, so that whoever was answered sees what he was told. */
export const noteCommitted = (state: ApiServerState, stored: Stored): void => {
  const header = stored.header as ObjectHeader & Partial<KeyHeader>;
  state.counts.writes++;
  if (header.revision > state.committed) state.committed = header.revision;
  noteSeen(state, stored);
};

const again = (state: ApiServerState, context: ActorContext, request: WriteRequest, plan: Exclude<Plan, { readonly type: 'answer' }>, held: Stored | undefined, attempt: number): Plan => {
  state.counts.conflicts++;
  if (held !== undefined) noteSeen(state, held);
  const isNew = plan.type === 'put' ? plan.expected === 0 : plan.type === 'transaction' && plan.code === 201;
  if (isNew) {
    const name = plan.type === 'put' ? plan.header.name : (request.type === 'create' ? (request.object.metadata.name ?? '') : '');
    const generated = request.type === 'create' && (request.object.metadata.name ?? '') === '';
    if (request.type === 'create' && held !== undefined && !generated) {
      const exists = held.value.metadata.deletionTimestamp === undefined ? alreadyExists : alreadyExistsDeleting;
      return { type: 'answer', reply: { type: 'status', status: exists(request.resource, name) } };
    }
    if (generated && attempt >= MAX_NAMES) return { type: 'answer', reply: { type: 'status', status: generateNameConflict(request.resource, name) } };
  }
  if (attempt >= MAX_ATTEMPTS) return { type: 'answer', reply: { type: 'status', status: conflict(request.resource, 'name' in request ? (request.name ?? '') : '') } };
  return planWrite(state, context, request, held);
};

/** An object that etcd holds and the cache does not yet. */
const noteSeen = (state: ApiServerState, stored: Stored): void => {
  const header = stored.header as ObjectHeader & Partial<KeyHeader>;
  if (header.revision > state.cache.revision && header.key !== undefined && isCached(header.resource)) state.ahead.set(header.key, stored);
};

const replyTo = (plan: Exclude<Plan, { readonly type: 'answer' }>, stored: Stored): ApiReply => {
  switch (plan.type) {
    case 'put':
      if (plan.tell === 'success') return { type: 'status', status: created };
      if (plan.tell === 'scale') return { type: 'value', code: 200, value: scaleOf(stored) };
      return warned({ type: 'object', code: plan.code, object: stored }, plan.warnings);
    case 'transaction':
      return warned({ type: 'object', code: plan.code, object: stored }, plan.warnings);
    case 'then':
      return { type: 'object', code: 200, object: stored };
    case 'delete':
      return removed(plan.answer, stored);
  }
};

const removed = (answer: Removal, stored: Stored): ApiReply => {
  switch (answer.answer) {
    case 'object':
      return { type: 'object', code: 200, object: stored };
    case 'value':
      return { type: 'value', code: 200, value: answer.value };
    case 'created':
      return { type: 'status', status: created };
    case 'status':
      return { type: 'status', status: deletedStatus(stored.header.resource, stored.header.name, stored.header.uid) };
  }
};

export type AnyWrite = Extract<ApiRequest, { readonly type: 'create' | 'update' | 'patch' | 'delete' }>;
