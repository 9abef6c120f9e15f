import { jsonKind } from '../../api/decode-report.js';
import { matchesFields, parseFieldSelector, type FieldRequirement } from '../../api/field-selector.js';
import { errorInBytes } from '../../api/json-reader.js';
import { matches, parseLabelSelector, type Selector } from '../../api/label-selector.js';
import type { ApiReply, DeleteCollectionRequest, ListRequest, Status, Stored } from '../../api/requests.js';
import { badRequest, expired, tooLargeResourceVersion } from '../../api/status.js';
import { readJson } from '../../api/strict-json.js';
import { type Kind, keyOf } from '../registry.js';
import { parseResourceVersion, resourceVersionError } from '../resource-version.js';
import type { ApiServerState } from '../state.js';
import { isCached, type ResourceCache, resourceCache, sortedObjects } from '../watch-cache.js';

/** What a list or a deletion of a collection picks. */
export interface Selection {
  readonly labels: Selector | undefined;
  readonly fields: readonly FieldRequirement[];
}

const NO_FIELDS: readonly FieldRequirement[] = [];

export const selectionOf = (kind: Kind, labelSelector: string | undefined, fieldSelector: string | undefined): Selection | Status => {
  let labels: Selector | undefined;
  if (labelSelector !== undefined && labelSelector !== '') {
    const parsed = parseLabelSelector(labelSelector);
    if ('error' in parsed) return badRequest(parsed.error);
    labels = parsed.selector;
  }
  if (fieldSelector === undefined || fieldSelector === '') return { labels, fields: NO_FIELDS };
  const parsed = parseFieldSelector(fieldSelector);
  if ('error' in parsed) return badRequest(parsed.error);
  for (const { field } of parsed.requirements) {
    const unknown = unknownField(kind, field);
    if (unknown !== undefined) return badRequest(unknown);
  }
  return { labels, fields: parsed.requirements };
};

/** Kinds with fields of their own word the refusal otherwise than those that have name and namespace alone. */
const unknownField = (kind: Kind, field: string): string | undefined => {
  const own = kind.strategy.selectableFields;
  if (own === undefined) return field === 'metadata.name' || field === 'metadata.namespace' ? undefined : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
  if (field === 'metadata.name' || (field === 'metadata.namespace' && kind.api.namespaced) || own[field] !== undefined) return undefined;
  return `field label not supported: ${field}`;
};

export const isPicked = (kind: Kind, selection: Selection, stored: Stored): boolean => {
  if (selection.labels !== undefined && !matches(selection.labels, stored.header.labels)) return false;
  return selection.fields.length === 0 || matchesFields(selection.fields, (field) => fieldOf(kind, stored, field));
};

const fieldOf = (kind: Kind, stored: Stored, field: string): string => {
  if (field === 'metadata.name') return stored.header.name;
  if (field === 'metadata.namespace') return stored.header.namespace;
  return kind.strategy.selectableFields?.[field]?.(stored.value) ?? '';
};

/** The objects among which a selection picks, in the order of their keys; by name or by feed key where it names one. */
export const candidatesOf = (kind: Kind, cache: ResourceCache, namespace: string, selection: Selection): Stored[] => narrowed(kind, cache, namespace, selection.fields) ?? sortedObjects(cache, namespace);

const narrowed = (kind: Kind, cache: ResourceCache, namespace: string, fields: readonly FieldRequirement[]): Stored[] | undefined => {
  for (const { field, operator, value } of fields) {
    if (operator !== '=') continue;
    if (field === 'metadata.name' && (namespace !== '' || !kind.api.namespaced)) {
      const stored = cache.byNamespace.get(namespace)?.get(value);
      return stored === undefined ? [] : [stored];
    }
    if (field !== 'spec.nodeName' || value === '') continue;
    const objects = cache.byKey.get(`${field}=${value}`);
    if (objects === undefined) return [];
    const keys = [...objects.keys()].sort();
    const found: Stored[] = [];
    for (const key of keys) {
      const stored = objects.get(key);
      if (stored !== undefined && (namespace === '' || stored.header.namespace === namespace)) found.push(stored);
    }
    return found;
  }
  return undefined;
};

/** Where a list goes on: the revision of its first page and the key after which it continues (apiserver storage/continue.go). */
interface Continuation {
  readonly revision: number;
  readonly start: string;
}

const encodeContinue = (revision: number, prefix: string, last: string): string =>
  btoa(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${last.slice(prefix.length)}\u0000` })).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

const decodeContinue = (token: string): Continuation | Status => {
  const text = decodeUrlBase64(token);
  if (typeof text === 'number') return unreadableContinue(`illegal base64 data at input byte ${text}`);
  const document = readJson(text);
  if ('error' in document) return unreadableContinue(errorInBytes(text));
  const { value } = document;
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) return unreadableContinue(`json: cannot unmarshal ${jsonKind(value)} into Go value of type storage.continueToken`);
  const { v, rv, start } = (value ?? {}) as { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown };
  if (v !== 'meta.k8s.io/v1') return unreadableContinue(`server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (typeof rv !== 'number' || rv === 0) return unreadableContinue('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') return unreadableContinue('encoded start key empty (version meta.k8s.io/v1)');
  return { revision: rv, start };
};

const unreadableContinue = (why: string): Status => badRequest(`invalid continue token: continue key is not valid: ${why}`);

/** The bytes of a token, a character each; or the place of the first that does not belong (base64.RawURLEncoding of Go). */
const decodeUrlBase64 = (token: string): string | number => {
  const wrong = /[^-\w]/.exec(token)?.index;
  if (wrong !== undefined) return wrong;
  // Six bits are no byte.
  if (token.length % 4 === 1) return token.length - 1;
  return atob(token.replace(/-/g, '+').replace(/_/g, '/'));
};

/** What a list comes to: an answer, or a read of the past that only etcd can give. */
export type ListPlan = { readonly type: 'answer'; readonly reply: ApiReply } | { readonly type: 'past'; readonly revision: number; readonly start: string };

export const planList = (state: ApiServerState, kind: Kind, request: ListRequest | DeleteCollectionRequest): ListPlan => {
  const selection = selectionOf(kind, request.labelSelector, request.fieldSelector);
  if ('status' in selection) return refusedList(selection);
  const cache = resourceCache(state.cache, kind.resource);
  let start = '';
  let { revision } = state.cache;
  if (request.continue !== undefined && request.continue !== '') {
    const from = decodeContinue(request.continue);
    if ('status' in from) return refusedList(from);
    if (request.resourceVersion !== undefined && request.resourceVersion !== '' && request.resourceVersion !== '0') {
      return refusedList(badRequest('specifying resource version is not allowed when using continue'));
    }
    start = from.start;
    // A token of no revision goes on with what is there now.
    if (from.revision > 0) {
      if (!isCached(kind.resource) || cache.changedAt > from.revision) return { type: 'past', revision: from.revision, start };
      revision = from.revision;
    }
  } else if (request.resourceVersion !== undefined && request.resourceVersion !== '' && parseResourceVersion(request.resourceVersion) === undefined) {
    return refusedList(badRequest(`invalid resource version: ${resourceVersionError(request.resourceVersion)}`));
  } else if (!isCached(kind.resource) && Number(request.resourceVersion ?? 0) > revision) {
    return refusedList(tooLargeResourceVersion(Number(request.resourceVersion), revision, 0));
  } else if (isExact(request)) {
    const exact = Number(request.resourceVersion);
    if (!isCached(kind.resource) || (exact < revision && cache.changedAt > exact)) return { type: 'past', revision: exact, start };
    revision = exact;
  }
  if (!isCached(kind.resource)) return { type: 'past', revision, start };
  return { type: 'answer', reply: page(kind, request, candidatesOf(kind, cache, request.namespace, selection), selection, revision, start) };
};

/** A page at a revision is of that revision, even where nobody says Exact (apiserver storage ValidateListOptions). */
const isExact = (request: ListRequest | DeleteCollectionRequest): boolean => {
  if (request.resourceVersionMatch === 'Exact') return true;
  return (request.resourceVersionMatch ?? '') === '' && (request.limit ?? 0) > 0 && Number(request.resourceVersion ?? 0) > 0;
};

const refusedList = (status: Status): ListPlan => ({ type: 'answer', reply: { type: 'status', status } });

const isEverything = ({ labels, fields }: Selection): boolean => labels === undefined && fields.length === 0;

const limitOf = (kind: Kind, request: Pick<ListRequest, 'limit' | 'resourceVersion'>): number =>
  // A list of the cache as it is knows no pages.
  request.limit === undefined || request.limit <= 0 || (request.resourceVersion === '0' && isCached(kind.resource)) ? Number.POSITIVE_INFINITY : request.limit;

/** How many objects a page needs to look at; undefined: perhaps all. */
export const neededObjects = (kind: Kind, request: Pick<ListRequest, 'limit' | 'resourceVersion'>, selection: Selection): number | undefined => {
  const limit = limitOf(kind, request);
  return isEverything(selection) && limit < Number.POSITIVE_INFINITY ? limit : undefined;
};

/** One page of what a selection picks among `candidates`, which stand in the order of their keys; `beyond` more come after them. */
export const page = (
  kind: Kind, request: Pick<ListRequest, 'namespace' | 'limit' | 'resourceVersion'>, candidates: readonly Stored[], selection: Selection, revision: number, start: string, beyond = 0,
): ApiReply => {
  const prefix = request.namespace === '' ? kind.prefix : `${kind.prefix}${request.namespace}/`;
  const from = prefix + start;
  const everything = isEverything(selection);
  const limit = limitOf(kind, request);
  const items: Stored[] = [];
  let at = start === '' ? 0 : firstFrom(kind, candidates, from);
  for (; at < candidates.length && items.length < limit; at++) {
    const stored = candidates[at] as Stored;
    if (everything || isPicked(kind, selection, stored)) items.push(stored);
  }
  if (at >= candidates.length && beyond === 0) return { type: 'list', revision, items };
  const last = candidates[at - 1] as Stored;
  const token = encodeContinue(revision, prefix, keyIn(kind, last));
  // With a selector nobody knows how many of the rest it would pick.
  return everything ? { type: 'list', revision, items, continue: token, remaining: candidates.length - at + beyond } : { type: 'list', revision, items, continue: token };
};

/** The place of the first candidate whose key is not before `key`. */
const firstFrom = (kind: Kind, candidates: readonly Stored[], key: string): number => {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyIn(kind, candidates[middle] as Stored) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

const keyIn = (kind: Kind, stored: Stored): string => keyOf(kind, stored.header.namespace, stored.header.name);

/** The texts of a read that reaches behind the last compaction. */
export const compactedList = (continued: boolean): Status =>
  continued
    ? expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.')
    : expired('The resourceVersion for the provided list is too old.');

