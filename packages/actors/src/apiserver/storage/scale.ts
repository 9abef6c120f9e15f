import type { ActorContext } from '@naumachia/core';
import { invalid } from '../../api/field-error.js';
import type { LabelSelector, Scale } from '../../api/generated/types.js';
import { labelSelectorText, selectorOf, selectorOfLabels } from '../../api/label-selector.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { PatchRequest, Status, Stored, UpdateRequest } from '../../api/requests.js';
import { conflict, invalidObject } from '../../api/status.js';
import { conflictStatus } from '../apply/server-side-apply.js';
import { difference, fieldSet, intersection, isEmpty, ITSELF } from '../managed-fields/field-set.js';
import { entryOf, setOfEntry, sortEntries, withSet } from '../managed-fields/managed-fields.js';
import { headerOf } from '../object-header.js';
import { typeNamed } from '../kinds/type-named.js';
import { type Kind, keyOf } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { withGeneration } from './generation.js';
import { warned } from './create.js';
import { decodePatched } from './decode-patched.js';
import { NAMELESS, patchedObject } from './patch.js';
import { answer, isStatus, type Plan, refusal } from './plan.js';
import { nameMismatch } from './update.js';

const REPLICAS = fieldSet(false, ['f:spec'], [fieldSet(false, ['f:replicas'], [ITSELF])]);

interface Scaled {
  readonly replicas?: number;
  readonly selector?: LabelSelector | Readonly<Record<string, string>>;
}

/** The Scale of a Deployment, ReplicaSet, StatefulSet or ReplicationController, with the object's revision as its own. */
export const scaleOf = (stored: Stored): KubernetesObject => {
  const { metadata } = stored.value;
  const spec = (stored.value.spec ?? {}) as Scaled;
  const status = (stored.value.status ?? {}) as { readonly replicas?: number };
  const selector = stored.header.resource === 'replicationcontrollers' ? selectorOfLabels(spec.selector as Readonly<Record<string, string>>) : selectorOf(spec.selector as LabelSelector);
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: scaleMetadata(metadata, stored.header.revision),
    spec: spec.replicas === undefined || spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: status.replicas ?? 0, selector: labelSelectorText(selector) },
  };
};

const scaleMetadata = (metadata: KubernetesObject['metadata'], revision: number): KubernetesObject['metadata'] => {
  const { name, namespace, uid, creationTimestamp } = metadata;
  return { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }), resourceVersion: String(revision), ...(creationTimestamp !== undefined && { creationTimestamp }) };
};

/** PUT and PATCH of scale: sets spec.replicas and moves its ownership, which is written without a time. */
export const planScale = (_state: ApiServerState, _context: ActorContext, kind: Kind, request: UpdateRequest | PatchRequest, stored: Stored): Plan => {
  const { name } = request;
  const before = scaleOf(stored);
  const applies = request.type === 'patch' && request.patchType === 'apply';
  const patched = request.type === 'update' || applies ? undefined : patchedScale(request, stored, before);
  if (patched !== undefined && isStatus(patched)) return refusal(patched);
  const sent = patched?.object ?? (request.type === 'update' ? request.object : (request.patch as KubernetesObject));
  const warnings = patched?.warnings;
  const mismatch = nameMismatch(sent, name);
  if (mismatch !== undefined) return refusal(mismatch);
  const expected = request.type === 'update' ? (request.resourceVersion ?? sent.metadata.resourceVersion) : sent.metadata.resourceVersion;
  if (expected !== undefined && expected !== '' && expected !== String(stored.header.revision)) return refusal(conflict(kind.resource, name));
  const replicas = ((sent as unknown as Scale).spec?.replicas ?? 0);
  if (replicas < 0) return refusal(invalidObject('autoscaling', 'Scale', name, [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]));
  const old = stored.value;
  const spec = (old.spec ?? {}) as Scaled;
  if (applies && request.force !== true && spec.replicas !== replicas) {
    const holders = (old.metadata.managedFields ?? []).filter((entry) => entry.manager !== request.fieldManager && !isEmpty(intersection(setOfEntry(entry), REPLICAS)));
    if (holders.length > 0) return refusal(conflictStatus(holders.map((entry) => ({ entry, set: REPLICAS }))));
  }
  if (spec.replicas === replicas) return answer(warned({ type: 'value', code: 200, value: before }, warnings));
  let object: KubernetesObject = Object.assign({}, old, { spec: Object.assign({}, spec, { replicas }) });
  object = withGeneration(kind, object, old, 'scale');
  object = Object.assign({}, object, { metadata: withReplicasOwner(kind, object.metadata, replicas, request.fieldManager, applies ? 'Apply' : 'Update') });
  if (request.dryRun === true) return answer(warned({ type: 'value', code: 200, value: Object.assign({}, before, { spec: replicas === 0 ? {} : { replicas } }) }, warnings));
  return { type: 'put', key: keyOf(kind, request.namespace, name), expected: stored.header.revision, header: headerOf(kind, object, 'updated'), value: object, lease: 0, code: 200, warnings, tell: 'scale' };
};

/** What a patch makes of a Scale; from outside it is decoded anew, as that of any object is. */
const patchedScale = (request: PatchRequest, stored: Stored, before: KubernetesObject): { readonly object: KubernetesObject; readonly warnings?: readonly string[] } | Status => {
  const kind = { type: typeNamed('autoscaling.v1.Scale'), api: { apiVersion: 'autoscaling/v1', kind: 'Scale' } } as Kind;
  const seen = request.fieldValidation === undefined ? before : withManagers(before, stored.value.metadata.managedFields ?? []);
  const object = patchedObject(kind, request, { header: stored.header, value: seen } as unknown as Stored, seen);
  if (isStatus(object)) return object;
  if (request.fieldValidation === undefined) return { object };
  const decoded = decodePatched(kind, request, seen, object);
  if (decoded.type === 'refused') return decoded.status;
  return decoded.type === 'nothing' ? { object: NAMELESS, warnings: decoded.warnings } : decoded;
};

/** Who manages the replicas, as a Scale shows it (managedfields.ScaleHandler.ToSubresource). */
const withManagers = (scale: KubernetesObject, entries: readonly ManagedFieldsEntry[]): KubernetesObject => {
  const holders = entries.filter((entry) => !isEmpty(intersection(setOfEntry(entry), REPLICAS)));
  const managedFields = holders.map((entry) => withSet(Object.assign({}, entry, { apiVersion: scale.apiVersion }), REPLICAS));
  return holders.length === 0 ? scale : Object.assign({}, scale, { metadata: Object.assign({}, scale.metadata, { managedFields }) });
};

/** None at all is what a Scale does not say: nobody manages it then. */
const withReplicasOwner = (kind: Kind, metadata: KubernetesObject['metadata'], replicas: number, manager: string, operation: 'Apply' | 'Update'): KubernetesObject['metadata'] => {
  // A Scale that nobody manages stays so.
  if (metadata.managedFields === undefined || (operation === 'Update' && metadata.managedFields.every((entry) => isEmpty(intersection(setOfEntry(entry), REPLICAS))))) return metadata;
  const kept: ManagedFieldsEntry[] = [];
  for (const entry of metadata.managedFields) {
    const set = setOfEntry(entry);
    const left = difference(set, REPLICAS);
    if (left === set) kept.push(entry);
    else if (!isEmpty(left)) kept.push(withSet(entry, left));
  }
  if (replicas === 0) return Object.assign({}, metadata, { managedFields: sortEntries(kept) });
  const { time: _, ...owner } = entryOf({ manager, operation, apiVersion: kind.api.apiVersion, subresource: 'scale' }, '', REPLICAS);
  return Object.assign({}, metadata, { managedFields: sortEntries([...kept, owner]) });
};
