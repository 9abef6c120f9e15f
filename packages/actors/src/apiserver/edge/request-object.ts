import { cannotBeHandled, readTypeMeta, strictDecodingError, unrecognizedObject } from '../../api/decode-error.js';
import { reportDecoding, type DuplicateKeys } from '../../api/decode-report.js';
import { kindType } from '../../api/fields.js';
import { goQuote } from '../../api/go-text.js';
import type { KubernetesObject } from '../../api/object.js';
import { readProtobuf } from '../../api/protobuf.js';
import { parseApiVersion } from '../../api/resources.js';
import { readJson } from '../../api/strict-json.js';
import { badRequest, unsupportedMediaType } from '../../api/status.js';
import { rebuild } from '../../api/table-order.js';
import { repeatedKeysError } from '../../api/yaml.js';
import { jsonOf, yamlOf } from './body-text.js';
import { bodyFormat, CONTENT_TYPES } from './media-types.js';
import { Refusal, type WriteOptions } from './request-options.js';

/** What a body must be an object of. */
export interface WantedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface DecodedObject {
  readonly object: KubernetesObject;
  readonly warnings: readonly string[];
}

/**
 * Reads a body as an object of the wanted kind: fields in table order, unknown ones dropped and reported as `fieldValidation` asks.
 * Throws a Refusal in the words of the real decoder.
 */
export const decodeObject = (body: Buffer, contentType: string | undefined, wanted: WantedKind, fieldValidation: WriteOptions['fieldValidation']): DecodedObject => {
  const format = bodyFormat(contentType);
  switch (format) {
    case undefined:
      throw new Refusal(unsupportedMediaType(Object.values(CONTENT_TYPES)));
    case 'protobuf':
      return decodeProtobuf(body, wanted);
    case 'json': {
      const document = jsonOf(body);
      if ('error' in document) throw new Refusal(unrecognizedObject(wanted.kind, `couldn't get version/kind; json parse error: ${document.error}`, body));
      return decodeDocument(body, document.value, document.duplicates, [], wanted, fieldValidation);
    }
    case 'yaml': {
      const document = yamlOf(body);
      if ('error' in document) throw new Refusal(unrecognizedObject(wanted.kind, document.error, body));
      return decodeDocument(body, document.value, undefined, document.repeated, wanted, fieldValidation);
    }
  }
};

const decodeProtobuf = (body: Buffer, wanted: WantedKind): DecodedObject => {
  const document = readProtobuf(body, wanted);
  switch (document.type) {
    case 'error':
      throw new Refusal(unrecognizedObject(wanted.kind, document.error, body));
    case 'malformed':
      throw new Refusal(cannotBeHandled(document.kind, parseApiVersion(document.apiVersion).version, wanted.kind, document.error));
    case 'unknown-kind':
      throw new Refusal(notRegistered(document, wanted));
    case 'object':
      refuseOtherKind(document, wanted);
      return { object: withReadableManagers(withMetadata(document.object, wanted)), warnings: [] };
  }
};

/** `repeated` are the findings of a YAML reader, which come before all others. */
const decodeDocument = (
  body: Buffer, value: unknown, duplicates: DuplicateKeys | undefined, repeated: readonly string[], wanted: WantedKind, fieldValidation: WriteOptions['fieldValidation'],
): DecodedObject => {
  const meta = readTypeMeta(value);
  if ('error' in meta) throw new Refusal(unrecognizedObject(wanted.kind, meta.error, body));
  const actual = { apiVersion: meta.apiVersion || wanted.apiVersion, kind: meta.kind || wanted.kind };
  const type = kindType(actual.apiVersion, actual.kind);
  if (type === undefined) throw new Refusal(notRegistered(actual, wanted));
  refuseOtherKind(actual, wanted);

  const rebuilt = rebuild(type, value);
  const { clean } = rebuilt;
  const object = withEmptyManagers(rebuilt.object, value);
  if (clean && duplicates === undefined && repeated.length === 0) return { object: withMetadata(object, wanted), warnings: [] };
  const report = reportDecoding(type, value, duplicates);
  const version = parseApiVersion(actual.apiVersion).version;
  if (report.error !== undefined) throw new Refusal(cannotBeHandled(actual.kind, version, wanted.kind, report.error));
  if (fieldValidation === 'Ignore') return { object: withMetadata(object, wanted), warnings: [] };
  if (fieldValidation === 'Warn') return { object: withMetadata(object, wanted), warnings: [...repeated, ...report.strict] };
  const all = [...(repeated.length === 0 ? [] : [repeatedKeysError(repeated)]), ...report.strict];
  if (all.length > 0) throw new Refusal(cannotBeHandled(actual.kind, version, wanted.kind, strictDecodingError(all)));
  return { object: withMetadata(object, wanted), warnings: [] };
};

/** An empty list of managers, which is otherwise as good as none, asks for all of them to be forgotten. */
const withEmptyManagers = (object: KubernetesObject, sent: unknown): KubernetesObject => {
  const managers = (sent as Partial<KubernetesObject> | null)?.metadata?.managedFields;
  return Array.isArray(managers) && managers.length === 0 ? Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { managedFields: [] }) }) : object;
};

/** Field sets are text in protobuf. Managers of which one cannot be read are as good as none (fieldmanager `DecodeManagedFields`). */
const withReadableManagers = (object: KubernetesObject): KubernetesObject => {
  const { managedFields } = object.metadata;
  if (managedFields === undefined || managedFields.every(({ fieldsV1 }) => fieldsV1 === undefined || isJsonObject(String(fieldsV1)))) return object;
  return Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { managedFields: undefined }) });
};

const isJsonObject = (text: string): boolean => {
  const read = readJson(text);
  return !('error' in read) && typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value);
};

const withMetadata = (object: KubernetesObject, wanted: WantedKind): KubernetesObject =>
  object.apiVersion && object.kind && object.metadata ? object : Object.assign({}, object, { apiVersion: wanted.apiVersion, kind: wanted.kind, metadata: object.metadata ?? {} });

/** Versions that are gone and that the real server still knows the kinds of. */
const GONE = new Set(['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2', 'batch/v1beta1', 'policy/v1beta1', 'networking.k8s.io/v1beta1', 'autoscaling/v2beta1', 'autoscaling/v2beta2']);

const notRegistered = (actual: WantedKind, wanted: WantedKind) => {
  if (GONE.has(actual.apiVersion) && actual.kind === wanted.kind) return otherVersion(actual, wanted);
  const { version } = parseApiVersion(actual.apiVersion);
  return cannotBeHandled(actual.kind, version, wanted.kind, noKind(actual));
};

export const noKind = ({ apiVersion, kind }: WantedKind): string => `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;

const otherVersion = (actual: WantedKind, wanted: WantedKind) =>
  badRequest(`the API version in the data (${actual.apiVersion}) does not match the expected API version (${wanted.apiVersion})`);

const refuseOtherKind = (actual: WantedKind, wanted: WantedKind): void => {
  if (actual.apiVersion === wanted.apiVersion && actual.kind === wanted.kind) return;
  if (actual.kind === wanted.kind) throw new Refusal(otherVersion(actual, wanted));
  const { version } = parseApiVersion(actual.apiVersion);
  const { group } = parseApiVersion(wanted.apiVersion);
  const internal = group === '' || group === 'events.k8s.io' ? 'core' : group.split('.', 1)[0];
  throw new Refusal(cannotBeHandled(actual.kind, version, wanted.kind, `converting (${version}.${actual.kind}) to (${internal}.${wanted.kind}): unknown conversion`));
};
