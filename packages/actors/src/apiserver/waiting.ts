import type { ActorContext, Caller } from '@naumachia/core';
import type { ApiReply, ApiRequest } from '../api/requests.js';
import { tooManyRequests } from '../api/status.js';
import type { ApiServerState } from './state.js';
import { authorize } from './storage/authorizer.js';
import { deleteCollection } from './storage/delete-collection.js';
import { write } from './storage/flows.js';
import { planSafely } from './storage/plan-safely.js';
import type { WriteRequest } from './storage/plan-write.js';
import { get, list } from './storage/reads.js';
import { refuse } from './storage/reply.js';
import { beginsWithRead, readAndWrite } from './storage/uncached.js';

const DEFAULT_MAX_IN_FLIGHT = 20_000;
/** Requests that may wait for the start; more are told to come back. */
const MAX_PARKED = 50_000;

/** The words of filters/maxinflight. */
const TOO_MANY: ApiReply = { type: 'status', status: tooManyRequests('too many requests, please try again later', 1) };

const carryOut = (state: ApiServerState, request: WriteRequest, caller: Caller, context: ActorContext): void => {
  const refused = authorize(request);
  if (refused !== undefined) return refuse(context, caller, refused);
  if (state.inFlight >= (state.config.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT)) {
    state.counts.refused++;
    return context.reply(caller, TOO_MANY);
  }
  if (beginsWithRead(request)) {
    state.inFlight++;
    context.run(readAndWrite, { request, caller });
    return;
  }
  const plan = planSafely(state, context, request);
  if (plan.type === 'answer') return context.reply(caller, plan.reply);
  state.inFlight++;
  context.run(write, { request, caller, plan });
};

/** Until the cache is filled requests wait in order. */
export const handleOrPark = (state: ApiServerState, request: ApiRequest, caller: Caller, context: ActorContext): void => {
  if (state.phase === 'serving') handle(state, request, caller, context);
  else if (state.parked.length >= MAX_PARKED) context.reply(caller, TOO_MANY);
  else state.parked.push({ request, caller, revision: 0, until: undefined });
};

const handle = (state: ApiServerState, request: ApiRequest, caller: Caller, context: ActorContext): void => {
  switch (request.type) {
    case 'get':
      return get(state, request, caller, context);
    case 'list':
      return list(state, request, caller, context);
    case 'deletecollection':
      return deleteCollection(state, request, caller, context);
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
      return carryOut(state, request, caller, context);
  }
};

/** Answers what waited for the start or for a revision that the cache now has. */
export const unpark = (state: ApiServerState, context: ActorContext): void => {
  if (state.parked.length === 0 || state.phase !== 'serving') return;
  const { parked } = state;
  state.parked = [];
  for (const waiting of parked) {
    if (waiting.revision > state.cache.revision) state.parked.push(waiting);
    else handle(state, waiting.request, waiting.caller, context);
  }
};
