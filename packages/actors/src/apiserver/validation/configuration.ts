import { type FieldError, forbidden, invalid, required, tooLong } from '../../api/field-error.js';
import type { ConfigMap, Secret } from '../../api/generated/types.js';
import { textAt } from '../../api/chosen-keys.js';
import { deepEqual } from '../equality.js';
import { objectMetaErrors } from './object-meta.js';
import { configKeyErrors, type Findings, keyed, named } from './values.js';

/** Data of a ConfigMap or Secret may not be longer than this in all. */
const MAX_SIZE = 1024 * 1024;

export const configMapErrors = (map: ConfigMap): readonly FieldError[] => {
  const out: FieldError[] = [];
  let size = 0;
  for (const key of Object.keys(map.data ?? {}).sort()) {
    named(out, keyed('data', key), key, configKeyErrors);
    if (textAt(map.binaryData, key) !== undefined) out.push(invalid(keyed('data', key), key, 'duplicate of key present in binaryData'));
    size += (map.data?.[key] ?? '').length;
  }
  for (const key of Object.keys(map.binaryData ?? {}).sort()) {
    named(out, keyed('binaryData', key), key, configKeyErrors);
    size += Math.floor(((map.binaryData?.[key] ?? '').length * 3) / 4);
  }
  if (size > MAX_SIZE) out.push(tooLong('[]', MAX_SIZE));
  return out;
};

const FROZEN = 'field is immutable when `immutable` is set';
const frozenErrors = (out: Findings, object: Readonly<Record<string, unknown>>, old: Readonly<Record<string, unknown>>, fields: readonly string[]): void => {
  if (old.immutable !== true) return;
  if (object.immutable !== true) out.push(forbidden('immutable', FROZEN));
  for (const field of fields) if (!deepEqual(object[field], old[field])) out.push(forbidden(field, FROZEN));
};

export const configMapUpdateErrors = (map: ConfigMap, old: ConfigMap): readonly FieldError[] => {
  const out: FieldError[] = [];
  frozenErrors(out, map, old, ['data', 'binaryData']);
  // The whole object is validated again, metadata included.
  out.push(...objectMetaErrors(map.metadata, true), ...configMapErrors(map));
  return out;
};

/** What a Secret of a known type must hold. */
const DEMANDS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const ACCOUNT = 'kubernetes.io/service-account.name';

export const secretErrors = (secret: Secret): readonly FieldError[] => {
  const out: FieldError[] = [];
  let size = 0;
  const data = secret.data ?? {};
  for (const key of Object.keys(data).sort()) {
    named(out, keyed('data', key), key, configKeyErrors);
    size += Math.floor(((data[key] ?? '').length * 3) / 4);
  }
  if (size > MAX_SIZE) out.push(tooLong('data', MAX_SIZE));
  if (secret.type === 'kubernetes.io/service-account-token' && (secret.metadata.annotations?.[ACCOUNT] ?? '') === '') out.push(required(keyed('metadata.annotations', ACCOUNT)));
  if (secret.type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    out.push(required(keyed('data', 'username')), required(keyed('data', 'password')));
  }
  for (const key of DEMANDS[secret.type ?? ''] ?? []) {
    const value = data[key];
    if (value === undefined) out.push(required(keyed('data', key)));
    else if (key.startsWith('.docker')) {
      const found = jsonError(value);
      if (found !== undefined) out.push(invalid(keyed('data', key), '<secret contents redacted>', found));
    }
  }
  return out;
};

/** Go's words for what is no JSON, as far as its first character tells. */
const jsonError = (base64: string): string | undefined => {
  const text = atob(base64);
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const first = text.trimStart().charAt(0);
    return first === '' ? 'unexpected end of JSON input' : `invalid character '${first}' looking for beginning of value`;
  }
};

export const secretUpdateErrors = (secret: Secret, old: Secret): readonly FieldError[] => {
  const out: FieldError[] = [];
  if (secret.type !== old.type) out.push(invalid('type', secret.type, 'field is immutable'));
  frozenErrors(out, secret, old, ['data']);
  out.push(...objectMetaErrors(secret.metadata, true), ...secretErrors(secret));
  return out;
};
