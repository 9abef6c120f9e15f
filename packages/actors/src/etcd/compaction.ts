import type { KeyValue } from '../api/etcd-requests.js';
import { eventsAfter } from './event-log.js';
import { removeKey } from './key-index.js';
import { settle } from './settling.js';
import { isDeletion, placeUpTo, sizeOf, type KeyEntry, type MvccStore } from './mvcc-store.js';

/**
 * Removes what no read can see any more since the store was compacted, looking at up to about `limit` events of the log; says whether
 * there is nothing left to do. A compaction itself only moves `compactRevision`, so it never holds up the writers.
 */
export const scavenge = (store: MvccStore, limit: number): boolean => {
  const { segments } = store.log;
  let budget = limit;
  for (let segment = segments[0]; segment !== undefined; segment = segments[0]) {
    let seen = 0;
    while (seen < segment.length && budget > 0) {
      const event = segment[seen] as KeyValue;
      if (event.header.revision >= store.compactRevision) break;
      trim(store, event);
      seen += 1;
      budget -= 1;
    }
    if (seen === segment.length) {
      segments.shift();
      continue;
    }
    segment.splice(0, seen);
    if ((segment[0] as KeyValue).header.revision < store.compactRevision) return false;
    break;
  }
  scavengeCompacted(store);
  store.scavenged = store.compactRevision;
  return true;
};

/** Of the compacted revision itself the log keeps what was put: a watch may start there. */
const scavengeCompacted = (store: MvccStore): void => {
  const { log, compactRevision } = store;
  const { segments } = log;
  const isGone = (event: KeyValue): boolean => event.header.revision === compactRevision && isDeletion(event);
  for (const event of eventsAfter(log, compactRevision - 1, 1)) if (event.header.revision === compactRevision) trim(store, event);
  for (let at = 0, segment = segments[0]; segment !== undefined && (segment[0] as KeyValue).header.revision <= compactRevision; segment = segments[at]) {
    const kept = segment.filter((event) => !isGone(event));
    if (kept.length === 0) segments.splice(at, 1);
    else segments[at++] = kept;
  }
};

/** Whether `scavenge` has something to do. */
export const needsScavenging = (store: MvccStore): boolean => store.scavenged < store.compactRevision;

/** Of the revisions up to the compacted one only the newest is kept, and not even that if it is a deletion. */
const trim = (store: MvccStore, event: KeyValue): void => {
  const { key, revision } = event.header;
  const entry = store.entries.get(key);
  if (entry === undefined) return;
  const { earlier } = entry;
  if (entry.revision > store.compactRevision) {
    if (earlier === undefined) return;
    const newest = placeUpTo(earlier, store.compactRevision);
    if (newest < 0) return;
    const keep = isDeletion(earlier[newest] as KeyValue) ? newest + 1 : newest;
    if (keep > 0) dropEarlier(store, entry, earlier, keep);
    return;
  }
  if (earlier !== undefined) dropEarlier(store, entry, earlier, earlier.length);
  if (!entry.deleted) {
    if (entry.revision === revision) settle(store, event, entry.route);
    return;
  }
  store.bytes -= sizeOf(entry.latest);
  store.entries.delete(key);
  removeKey(store.index, key);
};

const dropEarlier = (store: MvccStore, entry: KeyEntry, earlier: KeyValue[], count: number): void => {
  for (let i = 0; i < count; i++) store.bytes -= sizeOf(earlier[i] as KeyValue);
  // A copy, not a splice: the array that had grown shall not keep its room.
  entry.earlier = count === earlier.length ? undefined : earlier.slice(count);
};
