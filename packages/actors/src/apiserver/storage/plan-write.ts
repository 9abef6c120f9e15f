import type { ActorContext } from '@naumachia/core';
import type { CreateRequest, DeleteRequest, PatchRequest, Stored, UpdateRequest } from '../../api/requests.js';
import { methodNotAllowed, pathNotFound } from '../../api/status.js';
import { type Kind, kindOfResource } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { planApply } from './apply.js';
import { planCreate } from './create.js';
import { planDelete } from './delete.js';
import { planPatch } from './patch.js';
import { type Plan, refusal } from './plan.js';
import { planSubresource } from './subresources.js';
import { planUpdate } from './update.js';
import { current } from './write-context.js';

export type WriteRequest = CreateRequest | UpdateRequest | PatchRequest | DeleteRequest;

/** Computes a write from the newest object that is known, or from `held` where etcd has just said what it has. */
export const planWrite = (state: ApiServerState, context: ActorContext, request: WriteRequest, held?: Stored): Plan => {
  const kind = kindOfResource(request.resource);
  if (kind === undefined) return refusal(pathNotFound());
  const subresource = request.type === 'delete' ? '' : (request.subresource ?? '');
  if (subresource !== '' && !(subresource === 'status' && kind.hasStatus && request.type !== 'create')) {
    const name = request.name ?? '';
    return planSubresource(state, context, kind, subresource, request as Exclude<WriteRequest, DeleteRequest>, held ?? current(state, kind.resource, request.namespace, name));
  }
  return planMain(state, context, kind, request, held);
};

const planMain = (state: ApiServerState, context: ActorContext, kind: Kind, request: WriteRequest, held: Stored | undefined): Plan => {
  switch (request.type) {
    case 'create':
      return kind.api.namespaced && request.namespace === '' ? refusal(methodNotAllowed()) : planCreate(state, context, kind, request);
    case 'update':
      return planUpdate(state, context, kind, request, held ?? current(state, kind.resource, request.namespace, request.name));
    case 'patch':
      if (request.patchType === 'apply') return planApply(state, context, kind, request, held ?? current(state, kind.resource, request.namespace, request.name));
      return planPatch(state, context, kind, request, held ?? current(state, kind.resource, request.namespace, request.name));
    case 'delete':
      return planDelete(state, context, kind, request, held ?? current(state, kind.resource, request.namespace, request.name));
  }
};
