import type { KeyValue } from '../api/etcd-requests.js';
import { deletesAt, dropFirst, eventAt, forgetEvent, keyAt, NO_KEY, placeBefore, revisionAt, sizeAt } from './event-log.js';
import { removeKey } from './key-index.js';
import { field, leave, nameOf, PLACE, setBase } from './key-table.js';
import { dropBase, type MvccStore } from './mvcc-store.js';
import { settle } from './settling.js';

/**
 * Removes what no read can see any more since the store was compacted, looking at up to `limit` events of the log; says whether
 * there is nothing left to do. A compaction itself only moves `compactRevision`, so it never holds up the writers.
 */
export const scavenge = (store: MvccStore, limit: number): boolean => {
  const { log, compactRevision } = store;
  for (let budget = limit; log.begin < log.end && revisionAt(log, log.begin) < compactRevision; budget--) {
    if (budget === 0) return false;
    outlive(store, log.begin);
    dropFirst(log);
  }
  scavengeCompacted(store);
  store.scavenged = compactRevision;
  return true;
};

/** Of the compacted revision itself the log keeps what was put: a watch may start there. */
const scavengeCompacted = (store: MvccStore): void => {
  const { log, table, compactRevision } = store;
  for (let place = log.begin; place < log.end && revisionAt(log, place) === compactRevision; place++) {
    const event = eventAt(log, place);
    if (event === undefined) continue;
    const id = keyAt(log, place);
    const isNewest = field(table, id, PLACE) === place;
    dropBase(store, id);
    if (!deletesAt(log, place)) {
      if (isNewest) settle(store, event, id);
      continue;
    }
    store.bytes -= sizeAt(log, place);
    // A key that the same transaction had put is still in the log.
    const isLast = isNewest && placeBefore(log, place) === 0;
    forgetEvent(log, place, isLast);
    if (isLast) remove(store, id);
  }
  while (log.begin < log.end && eventAt(log, log.begin) === undefined) dropFirst(log);
};

/** Whether `scavenge` has something to do. */
export const needsScavenging = (store: MvccStore): boolean => store.scavenged < store.compactRevision;

/** Of the revisions up to the compacted one only the newest is kept, and not even that if it is a deletion. */
const outlive = (store: MvccStore, place: number): void => {
  const { log, table } = store;
  const id = keyAt(log, place);
  if (id === NO_KEY) return;
  const event = eventAt(log, place);
  // What was left of the key until now is older.
  dropBase(store, id);
  const isNewest = field(table, id, PLACE) === place;
  if (deletesAt(log, place)) {
    if (event !== undefined) store.bytes -= sizeAt(log, place);
    if (isNewest) remove(store, id);
  } else if (isNewest) settle(store, event as KeyValue, id);
  // Until a later event of the key comes that is not above the compacted revision either.
  else setBase(table, id, event, sizeAt(log, place));
};

const remove = (store: MvccStore, id: number): void => {
  removeKey(store.index, nameOf(store.table, id));
  leave(store.table, id);
};
