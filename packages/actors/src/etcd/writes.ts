import type { KeyValue } from '../api/etcd-requests.js';
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

/** Takes in a revision that `newRevision` made. */
export const write = (to: Writable, held: KeyValue | undefined, kv: KeyValue): void => {
  const { key, lease } = kv.header;
  const from = held === undefined ? 0 : held.header.lease;
  if (from !== lease) moveKey(to.leases, key, from, lease);
  commit(to.store, kv);
};

/** Deletes what a key holds, and gives its last value as watchers get it. */
export const erase = (to: Writable, held: KeyValue, revision: number, header?: object, value?: object): KeyValue => {
  const last = lastRevision(held, revision, header, value);
  if (held.header.lease !== 0) moveKey(to.leases, held.header.key, held.header.lease, 0);
  commit(to.store, last);
  return last;
};
