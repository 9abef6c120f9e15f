import { forbidden, invalid, notSupported, required, tooLong, type FieldError } from '../../api/field-error.js';
import { goQuote } from '../../api/go-text.js';
import type { PatchType, Status } from '../../api/requests.js';
import { badRequest, invalidObject } from '../../api/status.js';

/** A request is refused with this Status. */
export class Refusal extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}

/** What create, update and patch take from the query. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly force: boolean;
}

export type WriteKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const FIELD_MANAGER_MAX_BYTES = 128;
const FIELD_VALIDATION = ['', 'Ignore', 'Strict', 'Warn'];

/** Reads and validates the options of a write (metav1 validation of Kubernetes 1.36). Throws a Refusal. */
export const writeOptions = (kind: WriteKind, query: URLSearchParams, userAgent: string | undefined, patchType?: PatchType): WriteOptions => {
  const errors: FieldError[] = [];
  const fieldManager = query.get('fieldManager') ?? '';
  const force = booleanParameter(query, 'force');
  if (kind === 'PatchOptions') {
    if (patchType !== 'apply') {
      if (force !== undefined) errors.push(forbidden('force', 'may not be specified for non-apply patch'));
    } else if (fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  }
  errors.push(...fieldManagerErrors(fieldManager), ...dryRunErrors(query.getAll('dryRun')));
  const fieldValidation = query.get('fieldValidation') ?? '';
  if (!FIELD_VALIDATION.includes(fieldValidation)) errors.push(notSupported('fieldValidation', fieldValidation, FIELD_VALIDATION));
  if (errors.length > 0) throw new Refusal(invalidObject('meta.k8s.io', kind, '', errors));
  return {
    dryRun: query.has('dryRun'),
    fieldManager: fieldManager === '' ? managerOfUserAgent(userAgent) : fieldManager,
    // The server's own default since 1.27.
    fieldValidation: fieldValidation === 'Ignore' || fieldValidation === 'Strict' ? fieldValidation : 'Warn',
    force: force ?? false,
  };
};

/** Without an explicit manager the first word of the user agent stands in managedFields. */
const managerOfUserAgent = (userAgent: string | undefined): string => {
  if (userAgent === undefined || userAgent === '') return 'unknown';
  const word = userAgent.split('/', 1)[0] ?? '';
  // oxlint-disable-next-line no-control-regex
  return Buffer.from(word.replaceAll(/[\u0000-\u001f\u007f]/g, '')).subarray(0, FIELD_MANAGER_MAX_BYTES).toString('utf8');
};

const fieldManagerErrors = (manager: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > FIELD_MANAGER_MAX_BYTES) errors.push(tooLong('fieldManager', FIELD_MANAGER_MAX_BYTES));
  let position = 0;
  for (const character of manager) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) {
      const name = code.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalid('fieldManager', manager, `invalid character U+${name} (at position ${position})`));
      break;
    }
    position += Buffer.byteLength(character);
  }
  return errors;
};

export const dryRunErrors = (values: readonly string[]): FieldError[] => (values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])]);

/** Go's reading of a boolean in a query: `false` and `0` are false, everything else that is there is true. */
export const booleanParameter = (query: URLSearchParams, name: string): boolean | undefined => {
  const value = query.get(name);
  return value === null ? undefined : value.toLowerCase() !== 'false' && value !== '0';
};

/** An integer of the query; `undefined` if it is not there. Throws a Refusal for anything else. */
export const integerParameter = (query: URLSearchParams, name: string): number | undefined => {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) throw new Refusal(badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`));
  const number = Number(value);
  if (Math.abs(number) > 2 ** 63) throw new Refusal(badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: value out of range`));
  return number;
};
