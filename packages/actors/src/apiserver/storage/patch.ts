import type { ActorContext } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { PatchRequest, Status, Stored } from '../../api/requests.js';
import { badRequest, notFound, plainError, requestEntityTooLarge } from '../../api/status.js';
import { type JsonPatchOperation, jsonPatch } from '../patch/json-patch.js';
import { mergePatch } from '../patch/merge-patch.js';
import { goText, strategicMerge } from '../patch/strategic-merge.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { decodePatched, invalidPatch } from './decode-patched.js';
import { answer, isStatus, type Plan, refusal } from './plan.js';
import { namespaceMismatch } from './object-metadata.js';
import { nameMismatch, planChange } from './update.js';

/** A JSON patch may have so many operations (handlers.maxJSONPatchOperations). */
const MAX_OPERATIONS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/** A PATCH: computes the object that the patch makes of what is stored, then goes the way of an update. */
export const planPatch = (state: ApiServerState, context: ActorContext, kind: Kind, request: PatchRequest, stored: Stored | undefined): Plan => {
  if (stored === undefined) return refusal(notFound(kind.resource, request.name));
  const malformed = request.malformed ?? tooManyOperations(request);
  if (malformed !== undefined) return refusal(malformed);
  // Only a JSON patch, and a patch from outside that may be refused with the whole result, sees the resourceVersion.
  const shows = request.patchType === 'json' || request.fieldValidation !== undefined;
  const before = shows ? withRevision(stored.value, String(stored.header.revision)) : stored.value;
  const made = patchedObject(kind, request, stored, before);
  if (isStatus(made)) return refusal(made);
  let patched = made;
  let warnings: readonly string[] = NO_WARNINGS;
  // What a component patches is of the right shape; what comes from outside is decoded anew.
  if (request.fieldValidation !== undefined) {
    const kept = made.metadata === stored.value.metadata || made.metadata === before.metadata;
    const decoded = decodePatched(kind, request, before, kept ? Object.assign({}, made, { metadata: before.metadata }) : made);
    if (decoded.type === 'refused') return refusal(decoded.status);
    if (decoded.type === 'nothing') return answer({ type: 'status', status: nameMismatch(NAMELESS, request.name) as Status, warnings: decoded.warnings });
    patched = kept ? Object.assign({}, decoded.object, { metadata: stored.value.metadata }) : decoded.object;
    warnings = decoded.warnings;
  }
  const mismatch = namespaceMismatch(kind, patched, request.namespace) ?? nameMismatch(patched, request.name);
  if (mismatch !== undefined) return refusal(mismatch);
  const defaulted = kind.strategy.defaults === undefined ? patched : kind.strategy.defaults(patched, stored.value);
  const { resourceVersion } = patched.metadata;
  return withWarnings(planChange(state, context, kind, request, stored, defaulted, resourceVersion, request.subresource ?? ''), warnings);
};

const NO_WARNINGS: readonly string[] = [];
/** Has no name, as what was decoded into nothing. */
export const NAMELESS = { metadata: {} } as KubernetesObject;

const withWarnings = (plan: Plan, warnings: readonly string[]): Plan => {
  if (warnings.length === 0) return plan;
  switch (plan.type) {
    case 'put':
    case 'transaction':
      return Object.assign({}, plan, { warnings: [...warnings, ...(plan.warnings ?? NO_WARNINGS)] });
    case 'answer':
      return plan.reply.type === 'list' ? plan : { type: 'answer', reply: Object.assign({}, plan.reply, { warnings: [...warnings, ...(plan.reply.warnings ?? NO_WARNINGS)] }) };
    case 'delete':
    case 'then':
      return plan;
  }
};

const tooManyOperations = ({ patchType, patch }: PatchRequest): Status | undefined =>
  patchType === 'json' && (patch as readonly unknown[]).length > MAX_OPERATIONS ? requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${(patch as readonly unknown[]).length}`) : undefined;

/** The object that a patch makes of the stored one. Its metadata holds a resourceVersion only if the patch speaks of it. */
export const patchedObject = (kind: Kind, request: PatchRequest, stored: Stored, before: KubernetesObject): KubernetesObject | Status => {
  const old = stored.value;
  switch (request.patchType) {
    case 'strategic': {
      const merged = strategicMerge(kind.type, old as unknown as Fields, (request.patch ?? {}) as Fields);
      if (merged.type === 'merged') return asObject(merged.value);
      if (merged.code === 400) return badRequest(merged.message);
      return merged.code === 500 ? plainError(merged.message) : invalidPatch(goText(request.patch), merged.message);
    }
    case 'merge':
      return asObject(mergePatch(old, request.patch));
    case 'json': {
      const result = jsonPatch(before, request.patch as readonly JsonPatchOperation[]);
      if (result.type === 'refused') return refusedJsonPatch();
      return asObject(result.value);
    }
    case 'apply':
      return plainError('server-side apply is not supported yet');
  }
};

/** The object as clients see it: resourceVersion at its place in the order of ObjectMeta. */
const withRevision = (object: KubernetesObject, resourceVersion: string): KubernetesObject => {
  const { name, generateName, namespace, uid, ...rest } = object.metadata;
  return Object.assign({}, object, { metadata: { ...(name !== undefined && { name }), ...(generateName !== undefined && { generateName }), ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }), resourceVersion, ...rest } });
};

const asObject = (value: unknown): KubernetesObject => {
  const object = (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as KubernetesObject;
  return object.metadata === undefined || object.metadata === null ? Object.assign({}, object, { metadata: {} }) : object;
};

/** What json-patch could not carry out, the server does not explain. */
const refusedJsonPatch = (): Status => ({
  kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the server rejected our request due to an error in our request', reason: 'Invalid', details: {}, code: 422,
});
