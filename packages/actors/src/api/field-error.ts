import { goJson, goQuote } from './go-text.js';

/** The kinds of findings of k8s.io/apimachinery/pkg/util/validation/field. */
export type FieldErrorType = 'NotFound' | 'Required' | 'Duplicate' | 'Invalid' | 'NotSupported' | 'Forbidden' | 'TooLong' | 'TooMany' | 'InternalError' | 'TypeInvalid';

/** One finding of a validation. `field` is a path like `spec.containers[0].name`. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** What `Invalid value: "x": detail` says without the path. */
  readonly message: string;
}

const titles: Readonly<Record<FieldErrorType, string>> = {
  NotFound: 'Not found', Required: 'Required value', Duplicate: 'Duplicate value', Invalid: 'Invalid value', NotSupported: 'Unsupported value',
  Forbidden: 'Forbidden', TooLong: 'Too long', TooMany: 'Too many', InternalError: 'Internal error', TypeInvalid: 'Invalid value',
};

/** The `reason` of the cause that a finding becomes in a Status. */
export function causeReason(type: FieldErrorType): string {
  return type === 'InternalError' ? 'InternalError' : `FieldValue${type}`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return goJson(value ?? null);
}

function finding(type: FieldErrorType, field: string, value: string | undefined, detail: string): FieldError {
  const head = value === undefined ? titles[type] : `${titles[type]}: ${value}`;
  return { type, field, message: detail === '' ? head : `${head}: ${detail}` };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return finding('Invalid', field, shown(value), detail);
}

export function required(field: string, detail = ''): FieldError {
  return finding('Required', field, undefined, detail);
}

export function forbidden(field: string, detail: string): FieldError {
  return finding('Forbidden', field, undefined, detail);
}

export function duplicate(field: string, value: unknown): FieldError {
  return finding('Duplicate', field, shown(value), '');
}

/** A reference to something that is not there. */
export function fieldNotFound(field: string, value: unknown, detail = ''): FieldError {
  return finding('NotFound', field, shown(value), detail);
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  return finding('NotSupported', field, shown(value), supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`);
}

/** The limit is in bytes, as of Kubernetes 1.32. */
export function tooLong(field: string, maxLength: number): FieldError {
  return finding('TooLong', field, undefined, maxLength < 0 ? 'value is too long' : `may not be more than ${maxLength} bytes`);
}

export function tooMany(field: string, actual: number, maximum: number): FieldError {
  return finding('TooMany', field, String(actual), `must have at most ${maximum} item${maximum === 1 ? '' : 's'}`);
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return finding('TypeInvalid', field, shown(value), detail);
}

export function internalFieldError(field: string, detail: string): FieldError {
  return finding('InternalError', field, undefined, detail);
}

/** The findings as one text, as ErrorList.ToAggregate prints them: repeated ones once, more than one in brackets. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
