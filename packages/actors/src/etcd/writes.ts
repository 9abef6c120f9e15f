import type { KeyValue } from '../api/etcd-requests.js';
import { field, LEASE } from './key-table.js';
import { moveKey, type Leases } from './leases.js';
import { commit, lastRevision, type MvccStore } from './mvcc-store.js';

/** What one command changes: all its events share one revision. */
export interface Change {
  readonly revision: number;
  readonly events: KeyValue[];
}

/** What a write touches: the store, and which keys are under which lease. */
export interface Writable {
  readonly store: MvccStore;
  readonly leases: Leases;
}

/** Takes in a revision that `newRevision` made of a key, of number `id` or unknown. */
export const write = (to: Writable, id: number, kv: KeyValue): void => {
  const { lease } = kv.header;
  const from = id < 0 ? 0 : field(to.store.table, id, LEASE);
  const of = commit(to.store, id, kv);
  if (from !== lease) moveKey(to.leases, of, from, lease);
};

/** Deletes what the key of number `id` holds, and gives its last value as watchers get it. */
export const erase = (to: Writable, id: number, held: KeyValue, revision: number, header?: object, value?: object): KeyValue => {
  const last = lastRevision(held, revision, header, value);
  const lease = field(to.store.table, id, LEASE);
  if (lease !== 0) moveKey(to.leases, id, lease, 0);
  commit(to.store, id, last);
  return last;
};
