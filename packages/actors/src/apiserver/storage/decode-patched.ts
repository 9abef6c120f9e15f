import { reportDecoding } from '../../api/decode-report.js';
import { strictDecodingError } from '../../api/decode-error.js';
import { goJson } from '../../api/go-text.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { PatchRequest, Status } from '../../api/requests.js';
import { invalid } from '../../api/field-error.js';
import { invalidObject } from '../../api/status.js';
import { rebuild } from '../../api/table-order.js';
import { kindType } from '../../api/fields.js';
import { goText } from '../patch/strategic-merge.js';
import type { Kind } from '../registry.js';

export type Decoded = { readonly type: 'decoded'; readonly object: KubernetesObject; readonly warnings: readonly string[] } | { readonly type: 'refused'; readonly status: Status };

const NO_WARNINGS: readonly string[] = [];

/**
 * Reads what a patch from outside has made as the real server would decode it: unknown fields are dropped and reported, values of the
 * wrong type are refused with the whole result in the message. `shown` is the result with its resourceVersion.
 */
export const decodePatched = (kind: Kind, request: PatchRequest, before: KubernetesObject, patched: KubernetesObject): Decoded => {
  const mistaken = wrongKind(kind, patched);
  if (mistaken !== undefined) return refused(request, before, patched, mistaken);
  const { object, clean } = rebuild(kind.type, patched);
  if (clean) return { type: 'decoded', object: keepEntries(object, patched), warnings: NO_WARNINGS };
  const report = reportDecoding(kind.type, patched);
  if (report.error !== undefined) return refused(request, before, patched, report.error);
  if (request.fieldValidation === 'Strict' && report.strict.length > 0) return refused(request, before, patched, strictDecodingError(report.strict));
  return { type: 'decoded', object: keepEntries(object, patched), warnings: request.fieldValidation === 'Warn' ? report.strict : NO_WARNINGS };
};

/** managedFields are not rebuilt: their field sets are kept as text. */
const keepEntries = (object: KubernetesObject, patched: KubernetesObject): KubernetesObject =>
  patched.metadata.managedFields === undefined || object.metadata.managedFields === patched.metadata.managedFields
    ? object
    : { ...object, metadata: { ...object.metadata, managedFields: patched.metadata.managedFields } };

const wrongKind = (kind: Kind, patched: KubernetesObject): string | undefined => {
  const { apiVersion } = patched;
  if (apiVersion === kind.api.apiVersion && patched.kind === kind.api.kind) return undefined;
  const type = kindType(apiVersion, patched.kind);
  if (type === undefined) return `no kind "${patched.kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  return reportDecoding(type, patched).error;
};

/** The patch's own words for a value of the wrong type differ by the type of the patch. */
const refused = (request: PatchRequest, before: KubernetesObject, patched: KubernetesObject, error: string): Decoded => {
  if (request.patchType === 'strategic') return { type: 'refused', status: invalidPatch(goText(request.patch), restored(error)) };
  return { type: 'refused', status: invalidPatch(shown(before, patched), error) };
};

/** runtime.FromUnstructured words what encoding/json words otherwise. */
const restored = (error: string): string => {
  const match = /^json: cannot unmarshal (\w+) into Go (?:struct field \S+|value) of type (\S+)$/.exec(error);
  if (match === null) return error;
  const [, given, wanted = ''] = match;
  const jsonType = given === 'object' ? 'map' : given === 'array' ? 'slice' : given === 'number' ? 'int64' : given === 'bool' ? 'bool' : 'string';
  if (wanted.startsWith('[]')) return `cannot restore slice from ${jsonType}`;
  if (wanted.startsWith('map[')) return `cannot restore map from ${jsonType}`;
  if (wanted.includes('.')) return `cannot restore struct from: ${jsonType}`;
  return `unrecognized type: ${wanted}`;
};

/** A patch whose result cannot be decoded: the kind is missing, as in the real answer. */
export const invalidPatch = (text: string, reason: string): Status => {
  const status = invalidObject('', '', '', [invalid('patch', text, reason)]);
  return status;
};

/** The patched document as the real server holds it: keys on the way of the patch sorted, the rest as it was encoded. */
const shown = (before: KubernetesObject, patched: KubernetesObject): string => goJson(sortedAlong(before, patched));

const sortedAlong = (before: unknown, after: unknown): unknown => {
  if (typeof after !== 'object' || after === null) return after;
  if (before === after) return untouched(after);
  if (Array.isArray(after)) return after.map((item, i) => sortedAlong(Array.isArray(before) ? before[i] : undefined, item));
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(after).sort()) out[key] = sortedAlong((before as Readonly<Record<string, unknown>> | undefined)?.[key], (after as Readonly<Record<string, unknown>>)[key]);
  return out;
};

const untouched = (value: object): unknown => {
  const { managedFields } = value as { readonly managedFields?: readonly ManagedFieldsEntry[] };
  if (managedFields === undefined) return value;
  return { ...value, managedFields: managedFields.map((entry) => ({ ...entry, fieldsV1: JSON.parse(entry.fieldsV1 ?? '{}') as unknown })) };
};

