import { type Duration, type Instant, milliseconds, seconds } from '@naumachia/core';
import { eventAt, keyAt, placeAfter, placeBehind, revisionAt } from './event-log.js';
import { field, nameOf, VERSION } from './key-table.js';
import type { MvccStore } from './mvcc-store.js';

/**
 * Between two compactions etcd holds every revision of five to ten minutes: of a Lease alone some forty. The real one has them on disk;
 * here they are packed once they are no longer news, a few at a time, while nobody needs the thread more.
 */
export interface Archived {
  /** What has been packed, and what can be. */
  revision: number;
  until: number;
  /** The store's revision when the clock was last looked at, and when that was: what is older is no longer news. */
  newest: number;
  since: Instant;
  /** Whether the next step is on its way. */
  awaited: boolean;
}

const NEWS = seconds(5);
/** Events that are packed at a time: about a millisecond. */
const STEP = 64;
const PAUSE = milliseconds(5);
/** Writes per second beyond which the history waits. */
const BUSY = 2000;

export const nothingArchived = (revision: number): Archived => ({ revision, until: revision, newest: revision, since: 0 as Instant, awaited: false });

/** Packs a few revisions, if there are any to be packed; says how long to wait until the next step, or undefined if it needs none. */
export const archivePast = (archived: Archived, store: MvccStore, now: Instant): Duration | undefined => {
  const { newest, since } = archived;
  if (now - since >= NEWS) {
    archived.newest = store.revision;
    archived.since = now;
    if ((store.revision - newest) / (now - since) > BUSY / seconds(1)) return NEWS;
    archived.until = newest;
  }
  if (archived.revision >= archived.until) return store.revision > archived.until ? NEWS : undefined;
  const { log } = store;
  const from = placeAfter(log, Math.max(archived.revision, store.compactRevision));
  const to = Math.min(from + STEP, log.end);
  if (from === to) {
    archived.revision = archived.until;
    return PAUSE;
  }
  // Those of one revision are never parted.
  const behind = placeBehind(log, to - 1);
  for (let place = from; place < behind; place++) archive(store, place);
  archived.revision = revisionAt(log, to - 1);
  return PAUSE;
};

const archive = ({ log, table }: MvccStore, place: number): void => {
  const event = eventAt(log, place);
  if (event === undefined || event.isSettled) return;
  const id = keyAt(log, place);
  const past = `past ${table.routes[id]?.[0]}`;
  event.settle(field(table, id, VERSION) < RENEWED ? past : `${past} ${groupOf(nameOf(table, id))}`);
};

/** A key that has been written as often as this will be again, as Leases are: what its revisions alone have in common is worth remembering. */
const RENEWED = 4;
const GROUPS = 16;

/** Keys share a memory by groups, in which there is room for each of a thousand. */
const groupOf = (key: string): number => (key.charCodeAt(key.length - 1) * 31 + key.charCodeAt(key.length - 2)) % GROUPS;
