import { type ActorContext, atomically, type Caller, type Flow } from '@naumachia/core';
import type { ApiReply, DeleteCollectionRequest, Stored } from '../../api/requests.js';
import { pathNotFound } from '../../api/status.js';
import { kindOfResource } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { resourceCache } from '../watch-cache.js';
import { candidatesOf, page, selectionOf } from './list.js';
import { write } from './flows.js';
import { planWrite } from './plan-write.js';
import { refuse } from './reply.js';

/** Deletes what a selection picks and answers with the list of it as it was (Store.DeleteCollection). */
export const deleteCollection = (state: ApiServerState, request: DeleteCollectionRequest, caller: Caller, context: ActorContext): void => {
  const kind = kindOfResource(request.resource);
  if (kind === undefined) return refuse(context, caller, pathNotFound());
  const selection = selectionOf(kind, request.labelSelector, request.fieldSelector);
  if ('status' in selection) return refuse(context, caller, selection);
  const candidates = candidatesOf(resourceCache(state.cache, kind.resource), request.namespace, selection);
  const reply = page(kind, request, candidates, selection, state.cache.revision, '');
  const items: readonly Stored[] = reply.type === 'list' ? reply.items : [];
  for (const stored of items) {
    const { namespace, name, resource } = stored.header;
    const single = { type: 'delete', user: request.user, resource, namespace, name, ...(request.options !== undefined && { options: request.options }), ...(request.dryRun !== undefined && { dryRun: request.dryRun }) } as const;
    const plan = planWrite(state, context, single);
    if (plan.type === 'answer') continue;
    state.inFlight++;
    context.run(write, { request: single, caller: undefined, plan });
  }
  context.run(answerCollection, { caller, reply });
};

/** The answer goes out behind the deletions, so that whoever reads it finds them on their way. */
export function* answerCollection({ caller, reply }: { readonly caller: Caller; readonly reply: ApiReply }): Flow {
  yield* atomically((_: ApiServerState, context: ActorContext) => context.reply(caller, reply));
}
