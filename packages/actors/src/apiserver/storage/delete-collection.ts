import { type ActorContext, atomically, type Caller, type Flow } from '@naumachia/core';
import type { ApiReply, DeleteCollectionRequest, DeleteRequest, Status, Stored } from '../../api/requests.js';
import { isReason, pathNotFound } from '../../api/status.js';
import { type Kind, kindOfResource } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { isCached } from '../watch-cache.js';
import { carry } from './flows.js';
import { planList } from './list.js';
import { planWrite } from './plan-write.js';
import { pageOfEtcd } from './reads.js';
import { refuse, reply } from './reply.js';

/** Deletes what a selection picks, one after another, and answers with what was there (Store.DeleteCollection). */
export const deleteCollection = (state: ApiServerState, request: DeleteCollectionRequest, caller: Caller, context: ActorContext): void => {
  const kind = kindOfResource(request.resource);
  if (kind === undefined) return refuse(context, caller, pathNotFound());
  const plan = planList(state, kind, request);
  if (plan.type === 'past') {
    // Who goes on does so where the page before was; who begins deletes what was written last.
    const revision = plan.start === '' && !isCached(kind.resource) ? Math.max(state.committed, plan.revision) : plan.revision;
    context.run(deleteEach, { request, caller, found: undefined, revision, start: plan.start });
  } else if (plan.reply.type === 'status') refuse(context, caller, plan.reply.status);
  else context.run(deleteEach, { request, caller, found: plan.reply, revision: state.cache.revision, start: '' });
};

interface Collection {
  readonly request: DeleteCollectionRequest;
  readonly caller: Caller;
  /** What it picks; undefined: only etcd can tell. */
  readonly found: ApiReply | undefined;
  readonly revision: number;
  /** Key, below the prefix of the kind, from which etcd is to tell. */
  readonly start: string;
}

export function* deleteEach({ request, caller, found: known, revision, start }: Collection): Flow {
  const found = known ?? (yield* pageOfEtcd(kindOfResource(request.resource) as Kind, request, revision, start));
  const shown: Stored[] = [];
  let refused: Status | undefined;
  for (const stored of found.type === 'list' ? found.items : []) {
    const { namespace, name, resource } = stored.header;
    const single: DeleteRequest = {
      type: 'delete', user: request.user, resource, namespace, name, ...(request.options !== undefined && { options: request.options }), ...(request.dryRun !== undefined && { dryRun: request.dryRun }),
    };
    const plan = yield* atomically((state: ApiServerState, context: ActorContext) => planWrite(state, context, single, isCached(resource) ? undefined : stored));
    const answer = yield* carry(single, plan);
    if (answer.type === 'status' && answer.status.status === 'Failure') {
      // What somebody else has deleted meanwhile is as gone as it should be.
      if (isReason(answer.status, 'NotFound')) continue;
      refused = answer.status;
      break;
    }
    shown.push(stored);
  }
  yield* atomically((_: ApiServerState, context: ActorContext) => {
    if (refused !== undefined) refuse(context, caller, refused);
    else reply(context, caller, found.type === 'list' ? Object.assign({}, found, { items: shown }) : found);
  });
}
