import { forbidden, notSupported, type FieldError } from '../../api/field-error.js';
import { goQuote } from '../../api/go-text.js';
import { badRequest, invalidObject, plainError } from '../../api/status.js';
import { booleanParameter, integerParameter, Refusal } from './request-options.js';

/** What list and watch take from the query (metav1 ListOptions). Empty texts are absent. */
export interface ListOptions {
  readonly watch: boolean;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly limit: number;
  readonly continue: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** Reads and validates the options; `legacyWatch` is the old `/watch` path. Throws a Refusal. */
export const listOptions = (query: URLSearchParams, legacyWatch: boolean): ListOptions => {
  const options: ListOptions = {
    watch: legacyWatch || (booleanParameter(query, 'watch') ?? false),
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: integerParameter(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    timeoutSeconds: integerParameter(query, 'timeoutSeconds'),
    allowWatchBookmarks: booleanParameter(query, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: booleanParameter(query, 'sendInitialEvents'),
  };
  const errors = options.watch ? watchErrors(options) : listErrors(options);
  if (errors.length > 0) throw new Refusal(invalidObject('meta.k8s.io', 'ListOptions', '', errors));
  if (options.resourceVersion !== '' && parseResourceVersion(options.resourceVersion) === undefined) {
    const text = resourceVersionError(options.resourceVersion);
    throw new Refusal(options.watch ? plainError(text) : badRequest(`invalid resource version: ${text}`));
  }
  return options;
};

/** The revision of a resourceVersion; `undefined` if it is no unsigned integer. */
export const parseResourceVersion = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

export const resourceVersionError = (text: string): string => `resourceVersion: Invalid value: ${goQuote(text)}: strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`;

const MATCH = 'resourceVersionMatch';

const listErrors = (options: ListOptions): FieldError[] => {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (match !== '') {
    if (options.resourceVersion === '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (options.continue !== '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && options.resourceVersion === '0') errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (options.sendInitialEvents !== undefined) errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return errors;
};

const watchErrors = (options: ListOptions): FieldError[] => {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (options.sendInitialEvents !== undefined && match !== 'NotOlderThan') errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match !== '') {
    if (options.sendInitialEvents === undefined) errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
    if (options.continue !== '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return errors;
};
