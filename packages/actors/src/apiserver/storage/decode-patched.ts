import { setAt } from '@naumachia/core';
import { valueAt } from '../../api/chosen-keys.js';
import { reportDecoding } from '../../api/decode-report.js';
import { strictDecodingError } from '../../api/decode-error.js';
import { goJson, goQuote } from '../../api/go-text.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { PatchRequest, Status } from '../../api/requests.js';
import { invalid } from '../../api/field-error.js';
import { invalidObject } from '../../api/status.js';
import { rebuild } from '../../api/table-order.js';
import { type ApiType, kindType, type ValueType } from '../../api/fields.js';
import { goText } from '../patch/strategic-merge.js';
import type { Kind } from '../registry.js';
import { restoreError } from './restore-error.js';

/** `nothing`: what does not say its version is decoded into no object at all. */
export type Decoded = { readonly type: 'nothing'; readonly warnings: readonly string[] } | { readonly type: 'decoded'; readonly object: KubernetesObject; readonly warnings: readonly string[] } | { readonly type: 'refused'; readonly status: Status };

const NO_WARNINGS: readonly string[] = [];

/**
 * Reads what a patch from outside has made as the real server would decode it: unknown fields are dropped and reported, values of the
 * wrong type are refused with the whole result in the message. `shown` is the result with its resourceVersion.
 */
export const decodePatched = (kind: Kind, request: PatchRequest, before: KubernetesObject, patched: KubernetesObject): Decoded => {
  const restores = request.patchType === 'strategic';
  // A strategic patch is merged into an object of its kind, whatever it says that it is.
  const mistaken = restores ? undefined : wrongKind(kind, patched);
  if (mistaken !== undefined) return refused(kind, request, before, patched, mistaken);
  const oddities = request.oddities ?? NO_WARNINGS;
  const found = (strict: readonly string[]): Decoded | undefined => (request.fieldValidation === 'Strict' && strict.length > 0 ? refused(kind, request, before, patched, strictDecodingError(strict)) : undefined);
  const told = (strict: readonly string[]): readonly string[] => (request.fieldValidation === 'Warn' ? strict : NO_WARNINGS);
  if (!restores && ((patched.apiVersion as string | null | undefined) ?? '') === '') {
    const unknown = [...oddities, ...Object.keys(patched).filter((field) => field !== 'apiVersion' && field !== 'kind' && !(field === 'metadata' && Object.keys(patched.metadata).length === 0)).sort().map((field) => `unknown field ${goQuote(field)}`)];
    return found(unknown) ?? { type: 'nothing', warnings: told(unknown) };
  }
  const { object, clean } = rebuild(kind.type, patched);
  if (clean && oddities.length === 0) return { type: 'decoded', object: keepEntries(object, patched), warnings: NO_WARNINGS };
  const report = reportDecoding(kind.type, sortedAlong(kind.type, undefined, before, patched));
  const error = (restores ? restoreError(kind.type, patched) : undefined) ?? report.error;
  if (error !== undefined) return refused(kind, request, before, patched, error);
  const strict = [...oddities, ...report.strict];
  return found(strict) ?? { type: 'decoded', object: keepEntries(object, patched), warnings: told(strict) };
};

/** managedFields are not rebuilt: their field sets are kept as text. */
const keepEntries = (object: KubernetesObject, patched: KubernetesObject): KubernetesObject => {
  // A patch may have made it null.
  const entries = (patched.metadata.managedFields ?? undefined) as readonly ManagedFieldsEntry[] | undefined;
  if (entries === undefined || object.metadata.managedFields === entries) return object;
  return Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { managedFields: entries.map(asText) }) });
};

/** A client sends field sets as objects; inside they are text. Go takes null for an entry that says nothing. */
const asText = (entry: ManagedFieldsEntry | null): ManagedFieldsEntry =>
  typeof entry?.fieldsV1 === 'object' && entry.fieldsV1 !== null ? Object.assign({}, entry, { fieldsV1: JSON.stringify(entry.fieldsV1) }) : (entry ?? {});

const wrongKind = (kind: Kind, patched: KubernetesObject): string | undefined => {
  const { apiVersion } = patched;
  // A document that does not say is taken for what is expected.
  if (((apiVersion as string | null | undefined) ?? '') === '' || ((patched.kind as string | null | undefined) ?? '') === '') return undefined;
  for (const [field, said] of [['apiVersion', apiVersion], ['kind', patched.kind]] as const) {
    if (typeof said !== 'string') return `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(said)} into Go struct field .${field} of type string`;
  }
  if (apiVersion === kind.api.apiVersion && patched.kind === kind.api.kind) return undefined;
  const type = kindType(apiVersion, patched.kind);
  if (type === undefined) return `no kind "${patched.kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  return reportDecoding(type, patched).error;
};

/** As encoding/json calls what it found. */
const jsonType = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

/** The patch's own words for a value of the wrong type differ by the type of the patch. */
const refused = (kind: Kind, request: PatchRequest, before: KubernetesObject, patched: KubernetesObject, error: string): Decoded => {
  if (request.patchType === 'strategic') return { type: 'refused', status: invalidPatch(goText(withoutNulls(request.patch, before)), error) };
  const merges = request.patchType === 'merge';
  return { type: 'refused', status: invalidPatch(goJson(sortedAlong(kind.type, undefined, before, merges ? withVersionOf(before, patched) : patched, merges ? request.patch : undefined)), error) };
};

/** A strategic patch is shown as merging leaves it: what it puts where nothing was has lost its nulls. */
const withoutNulls = (patch: unknown, before: unknown): unknown => {
  if (Array.isArray(patch)) return patch.map((item) => withoutNulls(item, undefined));
  if (typeof patch !== 'object' || patch === null) return patch;
  const merges = typeof before === 'object' && before !== null && !Array.isArray(before);
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => merges || value !== null).map(([key, value]) => [key, withoutNulls(value, merges ? valueAt(before as Fields, key) : undefined)]));
};

/** A merge patch is applied here to what is stored, which does not hold its version, and by the real server to what does. */
const withVersionOf = (before: KubernetesObject, patched: KubernetesObject): KubernetesObject => {
  const { metadata } = patched as { readonly metadata: unknown };
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata) || 'resourceVersion' in metadata) return patched;
  return Object.assign({}, patched, { metadata: Object.assign({}, metadata, { resourceVersion: before.metadata.resourceVersion }) });
};

/** A patch whose result cannot be decoded: the kind is missing, as in the real answer. */
export const invalidPatch = (text: string, reason: string): Status => {
  return invalidObject('', '', '', [invalid('patch', text, reason)]);
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * The patched document as the real server holds it: keys on the way of the patch sorted, the rest as it was encoded. Where there is no
 * merge patch to say what its way was, that is where something changed.
 */
const sortedAlong = (type: ApiType | undefined, value: ValueType | undefined, before: unknown, after: unknown, patch?: unknown): unknown => {
  if (typeof after !== 'object' || after === null) return after;
  const struct = type ?? value?.struct;
  const way = typeof patch === 'object' && patch !== null && !Array.isArray(patch) ? (patch as Fields) : undefined;
  if (before === after && way === undefined) return encoded(struct, value, after);
  const element = value?.element;
  if (Array.isArray(after)) return after.map((item, i) => sortedAlong(undefined, element, Array.isArray(before) ? before[i] : undefined, item));
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(after).sort()) setAt(out, key, sortedAlong(undefined, struct?.field.get(key)?.type ?? element, (before as Fields | undefined)?.[key], (after as Fields)[key], way === undefined ? undefined : valueAt(way, key)));
  return out;
};

/** As Go encodes it: fields in their order, the keys of maps sorted, field sets as objects. */
const encoded = (struct: ApiType | undefined, value: ValueType | undefined, given: unknown): unknown => {
  if (typeof given !== 'object' || given === null) return given;
  if (Array.isArray(given)) return given.map((item: unknown) => encoded(value?.element?.struct, value?.element, item));
  const out: Record<string, unknown> = {};
  if (struct === undefined) {
    for (const key of Object.keys(given).sort()) setAt(out, key, encoded(undefined, value?.element, (given as Fields)[key]));
    return out;
  }
  for (const field of struct.fields) {
    const part = (given as Fields)[field.name];
    if (part === undefined) continue;
    out[field.name] = field.name === 'fieldsV1' && typeof part === 'string' ? (JSON.parse(part) as unknown) : encoded(field.type.struct, field.type, part);
  }
  return out;
};
