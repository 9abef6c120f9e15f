import type { ActorContext } from '@naumachia/core';
import { invalid } from '../../api/field-error.js';
import type { NamespaceSpec } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { PatchRequest, Stored, UpdateRequest } from '../../api/requests.js';
import { conflict, invalidObject } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { entriesAfterUpdate } from '../managed-fields/tracking.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { patchedObject } from './patch.js';
import { isStatus, type Plan, refusal } from './plan.js';
import { nameMismatch, planChanged } from './update.js';

/** PUT namespaces/NAME/finalize: the one way to change spec.finalizers; a terminating namespace goes with the last of them. */
export const planFinalize = (_state: ApiServerState, context: ActorContext, kind: Kind, request: UpdateRequest | PatchRequest, stored: Stored): Plan => {
  const sent = request.type === 'update' ? request.object : patchedObject(kind, request, stored, stored.value);
  if (isStatus(sent)) return refusal(sent);
  const mismatch = nameMismatch(sent, request.name);
  if (mismatch !== undefined) return refusal(mismatch);
  const expected = (request.type === 'update' ? request.resourceVersion : undefined) ?? sent.metadata.resourceVersion;
  if (expected !== undefined && expected !== '' && expected !== String(stored.header.revision)) return refusal(conflict(kind.resource, request.name));
  const finalizers = ((sent.spec ?? {}) as NamespaceSpec).finalizers ?? [];
  const errors = finalizers.flatMap((finalizer, i) =>
    finalizer === 'kubernetes' || finalizer.includes('/') ? [] : [invalid(`spec.finalizers[${i}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')],
  );
  if (errors.length > 0) return refusal(invalidObject('', 'Namespace', request.name, errors));
  const old = stored.value;
  const spec = finalizers.length === 0 ? {} : { finalizers };
  const changed: KubernetesObject = Object.assign({}, old, { spec });
  const managedFields = entriesAfterUpdate(kind, changed, old, Object.assign({}, request, { subresource: 'finalize' }), formatTime(context.now));
  const { managedFields: _, ...metadata } = old.metadata;
  return planChanged(_state, context, kind, request, stored, Object.assign({}, changed, { metadata: managedFields === undefined ? metadata : Object.assign({}, metadata, { managedFields }) }));
};
