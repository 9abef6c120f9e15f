import type { ActorContext } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { CreateRequest, PatchRequest, Stored, UpdateRequest } from '../../api/requests.js';
import { badRequest, notFound, pathNotFound } from '../../api/status.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { planBinding } from './binding.js';
import { planEviction } from './eviction.js';
import { type Plan, refusal } from './plan.js';
import { planScale } from './scale.js';
import { planFinalize } from './finalize.js';

/** What is made at a subresource, of the name that its object has. */
const MADE: Readonly<Record<string, string>> = { binding: 'Binding', eviction: 'Eviction' };

export type SubresourceRequest = CreateRequest | UpdateRequest | PatchRequest;

/** Writes to a part of an object other than its status. */
export const planSubresource = (state: ApiServerState, context: ActorContext, kind: Kind, subresource: string, request: SubresourceRequest, stored: Stored | undefined): Plan => {
  const name = request.name ?? (request.type === 'create' ? (request.object as KubernetesObject).metadata.name : undefined) ?? '';
  const served = kind.api.subresources.some((candidate) => candidate.name === subresource);
  if (!served) return refusal(pathNotFound());
  const sent = MADE[subresource];
  if (sent !== undefined && request.type === 'create' && request.object.metadata.name !== name) return refusal(badRequest(`name in URL does not match name in ${sent} object`));
  if (stored === undefined) return refusal(notFound(kind.resource, name));
  if (request.type === 'patch' && request.malformed !== undefined) return refusal(request.malformed);
  switch (`${kind.resource}/${subresource}`) {
    case 'pods/binding':
      return request.type === 'create' ? planBinding(state, context, kind, request, stored) : refusal(pathNotFound());
    case 'pods/eviction':
      return request.type === 'create' ? planEviction(state, context, kind, request, stored) : refusal(pathNotFound());
    case 'namespaces/finalize':
      return request.type === 'create' ? refusal(pathNotFound()) : planFinalize(state, context, kind, request, stored);
  }
  if (subresource === 'scale' && kind.hasScale && request.type !== 'create') return planScale(state, context, kind, request, stored);
  return refusal(pathNotFound());
};
