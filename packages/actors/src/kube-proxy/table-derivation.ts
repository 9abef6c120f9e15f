import { codec, type FeedEntry, type Fields } from '@naumachia/core';
import type { EndpointSlice, Service } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { compileService } from './compiled-service.js';
import { compileSlice, serviceOfSlice } from './compiled-slice.js';
import { addDigest, type Digest, digestBytes, newDigest, sameDigest } from './digest.js';
import { changedEntries, digestsAfter, EMPTY_TABLE, type ServiceTable, servicesOf, type TableChange, type TableDigests, withEntries } from './service-table.js';

/**
 * From what the API server says to tables. All kube-proxies of a host are told the same, so what one derives the others find: by the
 * former table and the batch (which the host shares among its subscribers), and where they came another way (a list at another
 * revision, batches cut elsewhere), by the content of the table. Nothing here is state: with empty caches the answers are the same.
 */
export interface Derived {
  readonly table: ServiceTable;
  /** Trigger times of the slices that changed, in milliseconds since the epoch. */
  readonly triggers: readonly number[];
}

export type FollowedResource = 'services' | 'endpointslices.discovery.k8s.io';

/** The table after the entries of a feed of services or EndpointSlices. */
export const tableAfterFeed = (table: ServiceTable, entries: readonly FeedEntry[]): Derived => {
  if (latest.table === table && latest.entries === entries) return latest.derived;
  let known = derivations.get(table);
  if (known === undefined) derivations.set(table, (known = new WeakMap()));
  let derived = known.get(entries);
  if (derived === undefined) known.set(entries, (derived = derive(table, latestOf(entries).map((stored) => changeOf(stored, compile)))));
  latest = { table, entries, derived };
  return derived;
};

/** What a batch says last of each object: what came before need not be decoded. A trigger time that is passed over belongs to a state that never was in force. */
const latestOf = (entries: readonly FeedEntry[]): Stored[] => {
  const latest = new Map<string, Stored>();
  for (const entry of entries) {
    const stored = entry.value as Stored;
    const { resource, namespace, name } = stored.header;
    latest.set(`${resource}/${namespace}/${name}`, stored);
  }
  return [...latest.values()];
};

/** The table after a list of all Services, or of all EndpointSlices, whatever it held of them before. */
export const tableAfterList = (table: ServiceTable, resource: FollowedResource, items: readonly Stored[]): ServiceTable => {
  let list = lists.get(items);
  if (list === undefined) lists.set(items, (list = compileList(items)));
  const { changes, digest } = list;
  const known = internedWith(resource === 'services' ? Object.assign({}, table.digests, { services: digest }) : Object.assign({}, table.digests, { slices: digest }));
  return known ?? derive(table, [...vanished(table, resource, changes), ...changes]).table;
};

interface CompiledList {
  readonly changes: readonly TableChange[];
  readonly digest: Digest;
}

const lists = new WeakMap<readonly Stored[], CompiledList>();

const compileList = (items: readonly Stored[]): CompiledList => {
  const changes = items.map((stored) => changeOf(stored, stored.hasBytes ? compileBytes : compile));
  const digest = { low: 0, high: 0 };
  for (const change of changes) {
    const part = change.type === 'service' ? change.service : change.slice;
    if (part) addDigest(digest, part.digest, 1);
  }
  return { changes, digest };
};

const derivations = new WeakMap<ServiceTable, WeakMap<readonly FeedEntry[], Derived>>();
/** Thousands of proxies ask the same one after the other. */
let latest: { readonly table: ServiceTable; readonly entries: readonly FeedEntry[]; readonly derived: Derived } = {
  table: EMPTY_TABLE,
  entries: [],
  derived: { table: EMPTY_TABLE, triggers: [] },
};

const derive = (table: ServiceTable, changes: readonly TableChange[]): Derived => {
  const { entries, triggers } = changedEntries(table, changes);
  if (entries.length === 0) return { table, triggers };
  const digests = digestsAfter(table, entries);
  return { table: internedWith(digests) ?? intern(withEntries(table, entries, digests)), triggers };
};

/** Tables by their content, for as long as somebody holds them. */
const interned = new Map<number, WeakRef<ServiceTable>>();
/** Tables remembered; proxies that are further apart than so many versions of the table do not share. */
const REMEMBERED = 1024;

const digestKey = ({ services, slices }: TableDigests): number => ((services.low ^ slices.high) >>> 0) + ((services.high ^ slices.low) & 0xfffff) * 0x1_0000_0000;

const internedWith = (digests: TableDigests): ServiceTable | undefined => {
  if (sameDigest(digests.services, EMPTY_TABLE.digests.services) && sameDigest(digests.slices, EMPTY_TABLE.digests.slices)) return EMPTY_TABLE;
  const found = interned.get(digestKey(digests))?.deref();
  return found && sameDigest(found.digests.services, digests.services) && sameDigest(found.digests.slices, digests.slices) ? found : undefined;
};

const intern = (table: ServiceTable): ServiceTable => {
  const key = digestKey(table.digests);
  interned.delete(key);
  interned.set(key, new WeakRef(table));
  if (interned.size > REMEMBERED) for (const oldest of interned.keys()) {
    interned.delete(oldest);
    break;
  }
  return table;
};

/** Each revision of an object is decoded and compiled once on a host, however many proxies it goes to. */
const compiled = new WeakMap<Stored, TableChange>();

const changeOf = (stored: Stored, make: (stored: Stored) => TableChange): TableChange => {
  let change = compiled.get(stored);
  if (change === undefined) compiled.set(stored, (change = make(stored)));
  return change;
};

/**
 * What was compiled of bytes, by uid: when a thousand proxies start, each is sent a list of its own, and the same bytes need not be decoded
 * a thousand times. The digest of the bytes tells objects of one uid and revision apart, should two runs of one seed share a thread.
 */
const compiledBytes = new Map<string, { readonly revision: number; readonly digest: Digest; readonly change: TableChange }>();
const REMEMBERED_OBJECTS = 65_536;

const compileBytes = (stored: Stored): TableChange => {
  const { uid, revision, change } = stored.header;
  // A deleted object says nothing but its name.
  if (change === 'deleted') {
    compiledBytes.delete(uid);
    return compile(stored);
  }
  const digest = newDigest();
  digestBytes(digest, stored.bytes);
  const known = compiledBytes.get(uid);
  if (known?.revision === revision && sameDigest(known.digest, digest)) return known.change;
  const made = compile(stored);
  compiledBytes.delete(uid);
  compiledBytes.set(uid, { revision, digest, change: made });
  if (compiledBytes.size > REMEMBERED_OBJECTS) for (const oldest of compiledBytes.keys()) {
    compiledBytes.delete(oldest);
    break;
  }
  return made;
};

/** What `compileSlice` reads. */
const SLICE_FIELDS: Fields = {
  metadata: { namespace: true, name: true, labels: true, annotations: true },
  addressType: true,
  ports: { name: true, port: true, protocol: true },
  endpoints: { addresses: true, conditions: true, nodeName: true, hints: true },
};

/** Most of a slice (its managedFields, the pods that its endpoints refer to) says nothing to a proxy, and is not even decoded. */
const sliceOf = (stored: Stored): EndpointSlice => (stored.hasBytes ? codec().readFields(stored.bytes, SLICE_FIELDS) : stored.value) as EndpointSlice;

const compile = (stored: Stored): TableChange => {
  const { header } = stored;
  const gone = header.change === 'deleted' || isForeign(header.labels);
  if (header.resource === 'services') {
    return { type: 'service', key: `${header.namespace}/${header.name}`, service: gone ? undefined : compileService(stored.value as Service) };
  }
  // A slice of no service is filed where no service can be.
  const key = serviceOfSlice(header.namespace, header.labels) ?? '';
  return { type: 'slice', key, name: header.name, slice: gone || key === '' ? undefined : compileSlice(sliceOf(stored)) };
};

/** kube-proxy's informers select objects without these labels (cmd/kube-proxy/app/server.go). */
const isForeign = (labels: Readonly<Record<string, string>> | undefined): boolean =>
  labels !== undefined && (labels['service.kubernetes.io/service-proxy-name'] !== undefined || labels['service.kubernetes.io/headless'] !== undefined);

/** What the table holds and a list does not. */
const vanished = (table: ServiceTable, resource: FollowedResource, listed: readonly TableChange[]): TableChange[] => {
  if (table === EMPTY_TABLE) return [];
  const present = new Set(listed.map((change) => (change.type === 'service' ? change.key : `${change.key}/${change.name}`)));
  const gone: TableChange[] = [];
  for (const { key, service, slices } of servicesOf(table)) {
    if (resource === 'services') {
      if (service && !present.has(key)) gone.push({ type: 'service', key, service: undefined });
    } else {
      for (const { name } of slices) if (!present.has(`${key}/${name}`)) gone.push({ type: 'slice', key, name, slice: undefined });
    }
  }
  return gone;
};
