import { type DuplicateKeys, jsonKind } from '../../api/decode-report.js';
import { goQuote } from '../../api/go-text.js';
import type { PatchType, Status } from '../../api/requests.js';
import { badRequest } from '../../api/status.js';
import { repeatedKeysError } from '../../api/yaml.js';
import { jsonOf, yamlOf } from './body-text.js';
import { mediaType } from './media-types.js';
import { Refusal, type WriteOptions } from './request-options.js';

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** How the patch of a body is to be read; undefined if it is no kind of patch. A patch always names its type. */
export const patchTypeOf = (contentType: string | undefined): PatchType | undefined => (contentType === undefined ? undefined : PATCH_TYPES[mediaType(contentType)]);

/** A patch as JSON values: a list of operations, or an object; or what is wrong with it, which is told only where there is something to be patched. */
export type PatchBody = { readonly patch: unknown; readonly oddities?: readonly string[] } | { readonly malformed: Status };

/** Reads a patch. Throws a Refusal for what is refused wherever it goes; `warn` is told what is merely odd. */
export const readPatch = (body: Buffer, patchType: PatchType, fieldValidation: WriteOptions['fieldValidation'], warn: (text: string) => void): PatchBody => {
  if (patchType === 'apply') return { patch: readApply(body, fieldValidation, warn) };
  const document = jsonOf(body, 'last');
  if ('error' in document) return malformed(patchType === 'json' && fieldValidation === 'Ignore' ? 'strategic' : patchType, document.error);
  const { value, duplicates } = document;
  if (patchType === 'json') {
    if (fieldValidation === 'Ignore') return laxOperations(value);
    const wrong = operationsError(value);
    return wrong === undefined ? { patch: value ?? [], oddities: odditiesOf((value ?? []) as readonly unknown[], duplicates) } : malformed(patchType, `json: cannot unmarshal ${wrong}`);
  }
  if (value === null) return patchType === 'merge' ? { malformed: badRequest('Invalid JSON Patch') } : { patch: {} };
  return typeof value === 'object' && !Array.isArray(value) ? { patch: value, ...(duplicates !== undefined && { oddities: repeatedFields(value, duplicates, '') }) } : malformed(patchType, `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`);
};

/** A strategic merge patch is refused in the decoder's words alone. */
const malformed = (patchType: PatchType, error: string): PatchBody => ({ malformed: badRequest(patchType === 'strategic' ? error : `error decoding patch: ${error}`) });

/** Texts of an operation, in the order of the document: what else stands in them is the first thing to be wrong. */
const TEXTS = new Set(['op', 'path', 'from']);

const operationsError = (value: unknown): string | undefined => {
  if (value === null) return undefined;
  if (!Array.isArray(value)) return `${jsonKind(value)} into Go value of type []handlers.jsonPatchOp`;
  for (const operation of value as readonly unknown[]) {
    if (operation === null) continue;
    if (typeof operation !== 'object' || Array.isArray(operation)) return `${jsonKind(operation)} into Go value of type handlers.jsonPatchOp`;
    for (const [key, part] of Object.entries(operation)) {
      if (TEXTS.has(key) && part !== null && typeof part !== 'string') return `${jsonKind(part)} into Go struct field jsonPatchOp.${key} of type string`;
    }
  }
  return undefined;
};

/** Who wants no validation gets the library's own, of operations that are maps of anything. */
const laxOperations = (value: unknown): PatchBody => {
  if (value === null) return { patch: [] };
  if (!Array.isArray(value)) return { malformed: badRequest(`json: cannot unmarshal ${jsonKind(value)} into Go value of type jsonpatch.Patch`) };
  const wrong: unknown = value.find((operation) => operation !== null && (typeof operation !== 'object' || Array.isArray(operation)));
  return wrong === undefined ? { patch: value } : { malformed: badRequest(`json: cannot unmarshal ${jsonKind(wrong)} into Go value of type jsonpatch.Operation`) };
};

/** Keys that a patch has twice, in the order of the document. */
const repeatedFields = (value: unknown, duplicates: DuplicateKeys, path: string): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => repeatedFields(item, duplicates, `${path}[${index}]`));
  const under = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const repeated = duplicates.get(value) ?? [];
  return Object.entries(value).flatMap(([key, part], at) => [
    ...repeatedFields(part, duplicates, under(key)), ...repeated.filter(({ after }) => after === at + 1).map((again) => `duplicate field ${goQuote(under(again.key))}`),
  ]);
};

/** Fields that operations do not have, or have twice, in the order of the document. */
const odditiesOf = (operations: readonly unknown[], duplicates: DuplicateKeys | undefined): string[] =>
  operations.flatMap((operation, index) => {
    if (operation === null) return [];
    const repeated = duplicates?.get(operation as object) ?? [];
    const repeatedAfter = (count: number): string[] => repeated.filter(({ after }) => after === count).map(({ key }) => `json patch duplicate field ${goQuote(`[${index}].${key}`)}`);
    return Object.keys(operation as object).flatMap((key, at) => [...(TEXTS.has(key) || key === 'value' ? [] : [`json patch unknown field ${goQuote(`[${index}].${key}`)}`]), ...repeatedAfter(at + 1)]);
  });

const readApply = (body: Buffer, fieldValidation: WriteOptions['fieldValidation'], warn: (text: string) => void): unknown => {
  const document = yamlOf(body);
  if ('error' in document) throw new Refusal(badRequest(`error decoding YAML: error converting YAML to JSON: ${document.error}`));
  if (document.repeated.length > 0 && fieldValidation !== 'Ignore') {
    const found = `error converting YAML to JSON: ${repeatedKeysError(document.repeated)}`;
    if (fieldValidation === 'Strict') throw new Refusal(badRequest(`error strict decoding YAML: ${found}`));
    warn(found);
  }
  const value = document.value ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Refusal(badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`));
  }
  return value;
};
