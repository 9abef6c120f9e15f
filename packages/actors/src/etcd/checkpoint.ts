import type { KeyValue } from '../api/etcd-requests.js';
import { eventsAfter } from './event-log.js';
import { visitKeys } from './key-index.js';
import type { LogRecord } from './log-record.js';
import { heldAt, type KeyEntry, type MvccStore } from './mvcc-store.js';

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

/** Gives records of about `limit` more revisions; says whether they were the last. */
export const copyNext = (store: MvccStore, copy: CheckpointCopy, limit: number, give: (record: LogRecord) => void): boolean => {
  if (copy.nextKey !== undefined) {
    copyKeys(store, copy, copy.nextKey, limit, give);
    return false;
  }
  const events = eventsAfter(store.log, copy.copiedRevision, limit);
  for (let i = 0; i < events.length; ) {
    const { revision } = (events[i] as KeyValue).header;
    if (revision > copy.revision) return true;
    const from = i;
    while (i < events.length && (events[i] as KeyValue).header.revision === revision) i += 1;
    give(i === from + 1 ? { type: 'event', event: events[from] as KeyValue } : { type: 'commit', revision, events: events.slice(from, i), revoked: 0 });
    copy.copiedRevision = revision;
  }
  return events.length === 0;
};

const copyKeys = (store: MvccStore, copy: CheckpointCopy, from: string, limit: number, give: (record: LogRecord) => void): void => {
  const kvs: KeyValue[] = [];
  copy.nextKey = visitKeys(store.index, from, limit, (key) => {
    const held = heldAt(store.entries.get(key) as KeyEntry, copy.compactRevision);
    if (held !== undefined && held.header.revision !== copy.compactRevision) kvs.push(held);
  });
  if (kvs.length > 0) give({ type: 'base', kvs });
};
