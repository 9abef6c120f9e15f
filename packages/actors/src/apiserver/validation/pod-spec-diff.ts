import { podSpecForm } from '../../api/generated/pod-spec-form.js';
import type { PersistentVolumeClaimSpec, PodSpec } from '../../api/generated/types.js';
import { wasGivenEmpty } from '../../api/table-order.js';
import { unifiedDiff } from './unified-diff.js';

interface Field {
  /** As the message shows it. */
  readonly name: string;
  readonly omitEmpty: boolean;
  readonly jsonName: string;
  readonly type: string;
}

type Form = ReadonlyMap<string, readonly Field[]>;

let parsed: Form | undefined;
/** Read at the first refusal: few servers ever need it. */
const form = (): Form => (parsed ??= new Map(Object.entries(JSON.parse(podSpecForm) as Record<string, string[]>).map(([struct, fields]) => [struct, fields.map(fieldOf)])));

const fieldOf = (line: string): Field => {
  const [name = '', jsonName = '', type = ''] = line.split(' ');
  return { name: name.replace('?', ''), omitEmpty: name.endsWith('?'), jsonName, type };
};

/**
 * How two pod specs differ in the API server's own form (pkg/apis/core), as the message of a refused change shows it: JSON with the names
 * of Go, one blank of indentation, every field written.
 */
export const podSpecDiff = (before: PodSpec, after: PodSpec): string => unifiedDiff(textOf(before), textOf(after));

/** The same of claims, whose specs also stand in pods (ephemeral volumes). */
export const claimSpecDiff = (before: PersistentVolumeClaimSpec, after: PersistentVolumeClaimSpec): string =>
  unifiedDiff(jsonOf(before, 'core.PersistentVolumeClaimSpec'), jsonOf(after, 'core.PersistentVolumeClaimSpec'));

const textOf = (spec: PodSpec): string => jsonOf(inCoreForm(spec), 'core.PodSpec');

const jsonOf = (spec: unknown, type: string): string => escaped(JSON.stringify(shown(spec, type), undefined, 1));

/** Convert_v1_PodSpec_To_core_PodSpec: the namespaces of the host belong to the security context there. */
const inCoreForm = (spec: PodSpec): unknown => {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  return Object.assign({}, spec, { securityContext: Object.assign({}, spec.securityContext, { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers }) });
};

/** encoding/json escapes these in strings. */
const escaped = (json: string): string => json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const shown = (value: unknown, type: string): unknown => {
  if (type.startsWith('*')) return value === undefined || value === null ? null : shown(value, type.slice(1));
  if (type.startsWith('[]')) return Array.isArray(value) ? value.map((element) => shown(element, type.slice(2))) : null;
  if (type.startsWith('{}')) return isRecord(value) ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, shown(value[key], type.slice(2))])) : null;
  const fields = form().get(type);
  if (fields) return structOf(isRecord(value) ? value : {}, fields);
  return value ?? ZERO[type] ?? null;
};

const ZERO: Readonly<Record<string, unknown>> = { string: '', bool: false, number: 0, quantity: '0' };

const structOf = (value: Readonly<Record<string, unknown>>, fields: readonly Field[]): Record<string, unknown> => {
  const out: Record<string, unknown> = {};
  for (const { name, omitEmpty, jsonName, type } of fields) {
    const given = value[jsonName];
    const own = given === undefined && wasGivenEmpty(value, jsonName) ? emptyOf(type) : shown(given, type);
    if (!omitEmpty || !isEmpty(own)) out[name] = own;
  }
  return out;
};

const emptyOf = (type: string): unknown => (type.startsWith('[]') ? [] : {});

const isEmpty = (value: unknown): boolean => value === null || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
