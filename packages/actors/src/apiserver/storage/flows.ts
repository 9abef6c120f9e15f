import { type ActorContext, atomically, type Caller, type Flow, isFailure, request as ask } from '@naumachia/core';
import type { KeyHeader, OptimisticDeleteRequest, OptimisticPutRequest, TxnRequest } from '../../api/etcd-requests.js';
import type { ObjectHeader } from '../../api/object.js';
import type { ApiReply, ApiRequest, Stored } from '../../api/requests.js';
import { alreadyExists, conflict, deletedStatus, generateNameConflict, serverTimeout, serviceUnavailable } from '../../api/status.js';
import { kindOfResource } from '../registry.js';
import { type ApiServerState, ETCD } from '../state.js';
import { warned } from './create.js';
import type { DeletePlan, Plan, PutPlan, Removal } from './plan.js';
import { planWrite, type WriteRequest } from './plan-write.js';
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
export function* write({ request, caller, plan }: Written): Flow {
  const reply = yield* carry(request, plan);
  yield* atomically((state: ApiServerState, context: ActorContext) => {
    state.inFlight--;
    if (caller !== undefined) context.reply(caller, 'brief' in request && request.brief === true ? briefly(reply) : reply);
  });
}

/** A write until it is answered; its answer. */
export function* carry(request: WriteRequest, plan: Plan): Flow<ApiReply> {
  let next: Plan = plan;
  for (let attempt = 1; next.type !== 'answer'; attempt++) {
    const asked: Exclude<Plan, { readonly type: 'answer' }> = next;
    const outcome: Outcome = yield* carryOut(asked);
    next = yield* atomically((state: ApiServerState, context: ActorContext) => settle(state, context, request, asked, outcome, attempt));
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

function* carryOut(plan: Exclude<Plan, { readonly type: 'answer' }>): Flow<Outcome> {
  switch (plan.type) {
    case 'put':
      return yield* put(plan);
    case 'then':
      return yield* put(plan.first);
    case 'delete':
      return yield* remove(plan);
    case 'transaction':
      return yield* transact(plan.compare, plan.success);
  }
}

function* put(plan: PutPlan): Flow<Outcome> {
  const { key, expected, header, value, lease } = plan;
  const reply = yield* ask<OptimisticPutRequest>(ETCD, lease === 0 ? { type: 'optimistic-put', key, expected, header, value } : { type: 'optimistic-put', key, expected, header, value, lease });
  if (isFailure(reply) || reply.type === 'refused') return failed(reply);
  return reply.succeeded ? { type: 'written', stored: reply.kv as unknown as Stored, others: NOTHING } : { type: 'held', stored: reply.kv as unknown as Stored | undefined };
}

function* remove(plan: DeletePlan): Flow<Outcome> {
  const { key, expected, header } = plan;
  if (plan.also.length > 0) {
    return yield* transact(
      [{ key, target: 'mod', result: 'equal', value: expected }],
      [{ type: 'delete-range', key, header }, ...plan.also.map((guard) => ({ type: 'delete-range', key: guard, header: { change: 'deleted' } }) as const)],
    );
  }
  const reply = yield* ask<OptimisticDeleteRequest>(ETCD, { type: 'optimistic-delete', key, expected, header });
  if (isFailure(reply) || reply.type === 'refused') return failed(reply);
  if (!reply.succeeded) return { type: 'held', stored: reply.kv as unknown as Stored | undefined };
  return { type: 'written', stored: reply.kv as unknown as Stored, others: NOTHING };
}

function* transact(compare: TxnRequest['compare'], success: TxnRequest['success']): Flow<Outcome> {
  const key = compare[0]?.key ?? '';
  const reply = yield* ask<TxnRequest>(ETCD, { type: 'txn', compare, success, failure: [{ type: 'range', key }] });
  if (isFailure(reply) || reply.type === 'refused') return failed(reply);
  const all: Stored[] = [];
  for (const response of reply.responses) {
    if (response.type === 'put') all.push(response.kv as unknown as Stored);
    else if (response.type === 'delete-range') all.push(...(response.deleted as unknown as Stored[]));
    else if (response.type === 'range') all.push(...(response.kvs as unknown as Stored[]));
  }
  const [stored, ...others] = all;
  if (!reply.succeeded) return { type: 'held', stored };
  return stored === undefined ? { type: 'held', stored: undefined } : { type: 'written', stored, others };
}

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
      if (plan.type === 'then') {
        const kind = kindOfResource(request.resource);
        if (kind !== undefined) return removalOf(kind, plan.first.key, outcome.stored, plan.remove);
      }
      return { type: 'answer', reply: replyTo(plan, outcome.stored) };
  }
};

/** Remembers a write until the feed brings it, so that whoever was answered sees what he was told. */
export const noteCommitted = (state: ApiServerState, stored: Stored): void => {
  const header = stored.header as ObjectHeader & Partial<KeyHeader>;
  state.counts.writes++;
  if (header.revision > state.committed) state.committed = header.revision;
  if (header.revision > state.cache.revision && header.key !== undefined) state.ahead.set(header.key, stored);
};

const again = (state: ApiServerState, context: ActorContext, request: WriteRequest, plan: Exclude<Plan, { readonly type: 'answer' }>, held: Stored | undefined, attempt: number): Plan => {
  state.counts.conflicts++;
  if (held !== undefined) noteSeen(state, held);
  const isNew = plan.type === 'put' ? plan.expected === 0 : plan.type === 'transaction' && plan.code === 201;
  if (isNew) {
    const name = plan.type === 'put' ? plan.header.name : (request.type === 'create' ? (request.object.metadata.name ?? '') : '');
    const generated = request.type === 'create' && (request.object.metadata.name ?? '') === '';
    if (request.type === 'create' && held !== undefined && !generated) return { type: 'answer', reply: { type: 'status', status: alreadyExists(request.resource, name) } };
    if (generated && attempt >= MAX_NAMES) return { type: 'answer', reply: { type: 'status', status: generateNameConflict(request.resource, name) } };
  }
  if (attempt >= MAX_ATTEMPTS) return { type: 'answer', reply: { type: 'status', status: conflict(request.resource, 'name' in request ? (request.name ?? '') : '') } };
  return planWrite(state, context, request, held);
};

/** An object that etcd holds and the cache does not yet. */
const noteSeen = (state: ApiServerState, stored: Stored): void => {
  const header = stored.header as ObjectHeader & Partial<KeyHeader>;
  if (header.revision > state.cache.revision && header.key !== undefined) state.ahead.set(header.key, stored);
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
