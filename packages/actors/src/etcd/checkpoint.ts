import type { KeyValue } from '../api/etcd-requests.js';
import { eventsBetween, placeAfter, placeBehind, revisionAt, sizeBetween } from './event-log.js';
import { visitKeys } from './key-index.js';
import { find } from './key-table.js';
import type { LogRecord } from './log-record.js';
import { keptBelow, sizeBelow, type MvccStore } from './mvcc-store.js';

/** How far the copy of what was alive at `revision` has come: first the keys at `compactRevision`, then the commits above it. */
export interface CheckpointCopy {
  /** Where the checkpoint began in the log. */
  readonly position: number;
  readonly revision: number;
  readonly compactRevision: number;
  /** The first key that is not copied yet; undefined: all are. */
  nextKey: string | undefined;
  copiedRevision: number;
}

export const beginCopy = (store: MvccStore, position: number): CheckpointCopy => ({
  position,
  revision: store.revision,
  compactRevision: store.compactRevision,
  nextKey: '',
  // What the compacted revision itself put is still told to watchers, so it is copied as an event.
  copiedRevision: store.compactRevision - 1,
});

/** Gives records of about `limit` more revisions, with their bytes; says whether they were the last. */
export const copyNext = (store: MvccStore, copy: CheckpointCopy, limit: number, give: (record: LogRecord, bytes: number) => void): boolean => {
  if (copy.nextKey !== undefined) {
    copyKeys(store, copy, copy.nextKey, limit, give);
    return false;
  }
  const { log } = store;
  let place = placeAfter(log, copy.copiedRevision);
  if (place === log.end) return true;
  for (const stop = Math.min(place + limit, log.end); place < stop; ) {
    const revision = revisionAt(log, place);
    if (revision > copy.revision) return true;
    const behind = placeBehind(log, place);
    const events = eventsBetween(log, place, behind);
    const [event] = events;
    if (event !== undefined) give(events.length === 1 ? event : { type: 'commit', revision, events, revoked: 0 }, sizeBetween(log, place, behind));
    copy.copiedRevision = revision;
    place = behind;
  }
  return false;
};

const copyKeys = (store: MvccStore, copy: CheckpointCopy, from: string, limit: number, give: (record: LogRecord, bytes: number) => void): void => {
  const kvs: KeyValue[] = [];
  let bytes = 0;
  copy.nextKey = visitKeys(store.index, from, limit, (key) => {
    const id = find(store.table, key);
    const kept = keptBelow(store, id);
    if (kept === undefined) return;
    kvs.push(kept);
    bytes += sizeBelow(store, id);
  });
  if (kvs.length > 0) give({ type: 'base', kvs }, bytes);
};
