import type { FeedEntry } from '@naumachia/core';
import type { GroupResource, ObjectHeader } from '../api/object.js';
import type { Stored } from '../api/requests.js';

/** Resources that have no watch cache (kube-apiserver 1.36, `DefaultWatchCacheSizes`: 0): of them only the number of objects is kept. */
const UNCACHED: ReadonlySet<GroupResource> = new Set(['events']);

export const isCached = (resource: GroupResource): boolean => !UNCACHED.has(resource);

/** The objects of one resource as of the last feed entry that was taken in. Plain data. */
export interface ResourceCache {
  /** By namespace (empty for cluster-scoped kinds) and name. */
  readonly byNamespace: Map<string, Map<string, Stored>>;
  /** By feed key (`spec.nodeName=node-1`), then by `namespace/name`. */
  readonly byKey: Map<string, Map<string, Stored>>;
  count: number;
  /** The revision of the last change of this resource. */
  changedAt: number;
}

/** Follows etcd's feed `kv`; serves reads; what it publishes is what informers see. */
export interface WatchCache {
  readonly resources: Map<GroupResource, ResourceCache>;
  /** Everything up to here has been taken in. */
  revision: number;
}

export const emptyWatchCache = (resources: Iterable<GroupResource>): WatchCache => {
  const cache: WatchCache = { resources: new Map(), revision: 0 };
  for (const resource of resources) cache.resources.set(resource, emptyResource());
  return cache;
};

const emptyResource = (): ResourceCache => ({ byNamespace: new Map(), byKey: new Map(), count: 0, changedAt: 0 });

export const resourceCache = (cache: WatchCache, resource: GroupResource): ResourceCache => {
  let found = cache.resources.get(resource);
  if (found === undefined) {
    found = emptyResource();
    cache.resources.set(resource, found);
  }
  return found;
};

export const cached = (cache: WatchCache, resource: GroupResource, namespace: string, name: string): Stored | undefined =>
  cache.resources.get(resource)?.byNamespace.get(namespace)?.get(name);

const NO_KEYS: readonly string[] = [];

/** Takes one change in and says under which keys it concerns somebody: the object's, and those that it has just lost. */
export const takeIn = (resource: ResourceCache, stored: Stored): readonly string[] => {
  const { header } = stored;
  const former = resource.byNamespace.get(header.namespace)?.get(header.name);
  if (header.change === 'deleted') remove(resource, header);
  else put(resource, header, stored);
  if (former === undefined) return header.keys;
  const lost = former.header.keys;
  if (lost === header.keys || lost.length === 0) return header.keys;
  for (const key of lost) if (header.change === 'deleted' || !header.keys.includes(key)) forgetKey(resource, key, former.header);
  return header.keys.length === 0 ? lost : [...new Set([...header.keys, ...lost])];
};

/** Takes a change of a resource without a watch cache in. */
export const countIn = (resource: ResourceCache, { header }: Stored): void => {
  if (header.change === 'created') resource.count++;
  else if (header.change === 'deleted') resource.count--;
};

const put = (resource: ResourceCache, header: ObjectHeader, stored: Stored): void => {
  let names = resource.byNamespace.get(header.namespace);
  if (names === undefined) {
    names = new Map();
    resource.byNamespace.set(header.namespace, names);
  }
  const before = names.size;
  names.set(names.has(header.name) ? header.name : ownText(header.name), stored);
  if (names.size > before) resource.count++;
  for (const key of header.keys) {
    let objects = resource.byKey.get(key);
    if (objects === undefined) {
      objects = new Map();
      resource.byKey.set(key, objects);
    }
    objects.set(`${header.namespace}/${header.name}`, stored);
  }
  resource.changedAt = header.revision;
};

/** A copy: a name may be a piece of the text of a whole request, which it would keep. */
const ownText = (text: string): string => ` ${text}`.slice(1);

const remove = (resource: ResourceCache, header: ObjectHeader): void => {
  const names = resource.byNamespace.get(header.namespace);
  if (names?.delete(header.name) === true) resource.count--;
  if (names?.size === 0) resource.byNamespace.delete(header.namespace);
  for (const key of header.keys ?? NO_KEYS) forgetKey(resource, key, header);
  resource.changedAt = header.revision;
};

const forgetKey = (resource: ResourceCache, key: string, header: ObjectHeader): void => {
  const objects = resource.byKey.get(key);
  objects?.delete(`${header.namespace}/${header.name}`);
  if (objects?.size === 0) resource.byKey.delete(key);
};

/** The objects of a resource, of one namespace or of all, in the order of their keys in etcd. */
export const sortedObjects = (resource: ResourceCache, namespace: string): Stored[] => {
  if (namespace !== '') return byName(resource.byNamespace.get(namespace));
  const all: Stored[] = [];
  const namespaces = [...resource.byNamespace.keys()];
  // A namespace sorts by its key, in which a slash follows: `a-b/x` comes before `a/x`.
  namespaces.sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1));
  for (const name of namespaces) for (const stored of byName(resource.byNamespace.get(name))) all.push(stored);
  return all;
};

// By the names of the map: to ask an object that rests for its header takes a thousand times as long.
const byName = (names: ReadonlyMap<string, Stored> | undefined): Stored[] => (names === undefined ? [] : [...names.keys()].sort().map((name) => names.get(name) as Stored));

export type ApiFeedEntry = FeedEntry<ObjectHeader, Stored['value']>;
