import { forbidden, notSupported, type FieldError } from '../../api/field-error.js';
import { parseFieldSelector } from '../../api/field-selector.js';
import { parseLabelSelector } from '../../api/label-selector.js';
import type { Status } from '../../api/requests.js';
import { badRequest, invalidObject, plainError } from '../../api/status.js';
import { parseResourceVersion, resourceVersionError } from '../resource-version.js';
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
  if (errors.length > 0) throw new Refusal(unreadableSelector(options) ?? invalidObject('meta.k8s.io', 'ListOptions', '', errors));
  // Lists look at it after the fields of the selector and how they are to go on.
  if (options.watch && options.resourceVersion !== '' && parseResourceVersion(options.resourceVersion) === undefined) throw new Refusal(unreadableSelector(options) ?? plainError(resourceVersionError(options.resourceVersion)));
  return options;
};

/** Selectors are read by the actor; here only to know whether they would have been refused first. */
const unreadableSelector = ({ labelSelector, fieldSelector }: ListOptions): Status | undefined => {
  for (const selector of [parseLabelSelector(labelSelector), parseFieldSelector(fieldSelector)]) {
    if ('error' in selector) return badRequest(selector.error);
  }
  return undefined;
};

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
