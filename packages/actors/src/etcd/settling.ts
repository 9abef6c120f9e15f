import type { KeyValue } from '../api/etcd-requests.js';
import { visitKeys } from './key-index.js';
import { field, find, live, REVISION } from './key-table.js';
import type { MvccStore } from './mvcc-store.js';

/**
 * Values are written one beside the other and die at very different ages: one pod may keep a slab alive in which a thousand renewed
 * leases stood. So what outlives a compaction is packed into slabs of its own kind, and when most of what has moved there is dead,
 * everything moves once more.
 */
export const settle = (store: MvccStore, kv: KeyValue, id: number): void => {
  kv.settle(`live ${store.table.routes[id]?.[0]}`);
  store.settling.moved += kv.size;
};

/** Dead bytes among the settled ones that are not worth a move. */
const SLACK_BYTES = 32 * 1024 * 1024;

export const needsSettling = ({ settling, bytes }: MvccStore): boolean => settling.nextKey !== undefined || settling.moved > 2 * bytes + SLACK_BYTES;

/** Moves the values of up to `limit` keys. */
export const settleAgain = (store: MvccStore, limit: number): void => {
  const { settling, table, compactRevision } = store;
  if (settling.nextKey === undefined) settling.moved = 0;
  settling.nextKey = visitKeys(store.index, settling.nextKey ?? '', limit, (key) => {
    const id = find(table, key);
    const held = live(table, id);
    if (held !== undefined && field(table, id, REVISION) <= compactRevision) settle(store, held, id);
  });
};
