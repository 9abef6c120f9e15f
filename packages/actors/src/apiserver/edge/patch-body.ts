import { jsonKind } from '../../api/decode-report.js';
import type { PatchType } from '../../api/requests.js';
import { readJson } from '../../api/strict-json.js';
import { badRequest } from '../../api/status.js';
import { readYaml, repeatedKeysError } from '../../api/yaml.js';
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

/** The patch as JSON values: a list of operations, or an object. Throws a Refusal if it is something else; `warn` is told what is merely odd. */
export const decodePatch = (body: Buffer, patchType: PatchType, fieldValidation: WriteOptions['fieldValidation'], warn: (text: string) => void): unknown => {
  const text = body.toString('utf8');
  if (patchType === 'apply') return decodeApply(text, fieldValidation, warn);
  const document = readJson(text);
  if ('error' in document) throw undecodable(patchType, document.error);
  const { value } = document;
  if (patchType === 'json') {
    if (value === null) return [];
    if (!Array.isArray(value)) throw wrongType(patchType, value, '[]handlers.jsonPatchOp');
    const wrong: unknown = value.find((operation) => operation !== null && (typeof operation !== 'object' || Array.isArray(operation)));
    if (wrong !== undefined) throw wrongType(patchType, wrong, 'handlers.jsonPatchOp');
    return value;
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(patchType, value, 'map[string]interface {}');
  return value;
};

/** A strategic merge patch is refused in the decoder's words alone. */
const undecodable = (patchType: PatchType, error: string): Refusal => new Refusal(badRequest(patchType === 'strategic' ? error : `error decoding patch: ${error}`));

const wrongType = (patchType: PatchType, value: unknown, wanted: string): Refusal => undecodable(patchType, `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${wanted}`);

const decodeApply = (text: string, fieldValidation: WriteOptions['fieldValidation'], warn: (text: string) => void): unknown => {
  const document = readYaml(text);
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
