import type { ActorContext } from '@naumachia/core';
import type { Stored } from '../../api/requests.js';
import { internalError } from '../../api/status.js';
import type { ApiServerState } from '../state.js';
import { type Plan, refusal } from './plan.js';
import { planWrite, type WriteRequest } from './plan-write.js';

/** What a request makes go wrong harms that request alone, as in the real server, whose handlers recover from panics. */
export const planSafely = (state: ApiServerState, context: ActorContext, request: WriteRequest, held?: Stored): Plan => {
  try {
    return planWrite(state, context, request, held);
  } catch (error) {
    state.counts.panics++;
    state.lastPanic = `${request.type} ${request.resource}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return refusal(internalError('apiserver received an error that is not an metav1.Status: this request caused apiserver to panic'));
  }
};
