import type { EtcdRefusal, HistoryReply, HistoryRequest, KeyValue } from '../api/etcd-requests.js';
import { eventsAfter } from './event-log.js';
import { heldBefore, isDeletion, type MvccStore } from './mvcc-store.js';
import { refused, refusedAsCompacted } from './refusals.js';

const DEFAULT_EVENTS = 1000;
/** Events looked at for each that is asked for, so that a rare key does not hold up everybody else. */
const LOOK_AT_MOST = 16;

/** The changes of a range of keys after a revision, as etcd sends them to a watcher that starts in the past. */
export const history = (store: MvccStore, request: HistoryRequest): HistoryReply | EtcdRefusal => {
  const { key, rangeEnd, after, limit = DEFAULT_EVENTS } = request;
  if (after > store.revision) return refused('future-revision');
  // etcd watches from `after + 1`, and may start at the compacted revision, of which it tells what was put.
  if (after + 1 < store.compactRevision) return refusedAsCompacted(store.compactRevision);
  const noPut = request.filters?.includes('no-put') === true;
  const noDelete = request.filters?.includes('no-delete') === true;
  const looked = eventsAfter(store.log, after, limit * LOOK_AT_MOST);
  const events: HistoryReply['events'][number][] = [];
  let seen = after;
  for (const kv of looked) {
    if (events.length >= limit && kv.header.revision !== seen) return { type: 'history', revision: seen, synced: false, events };
    seen = kv.header.revision;
    if (!isWithin(kv, key, rangeEnd) || (isDeletion(kv) ? noDelete || seen === store.compactRevision : noPut)) continue;
    const prevKv = request.prevKv === true && seen > store.compactRevision ? heldBefore(store, kv.header.key, kv.header.revision) : undefined;
    const type = isDeletion(kv) ? 'delete' : 'put';
    events.push(prevKv === undefined ? { type, kv } : { type, kv, prevKv });
  }
  const synced = looked.length < limit * LOOK_AT_MOST || seen === store.revision;
  return { type: 'history', revision: synced ? store.revision : seen, synced, events };
};

const isWithin = ({ header }: KeyValue, key: string, rangeEnd: string | undefined): boolean =>
  rangeEnd === undefined ? header.key === key : header.key >= key && (rangeEnd === '\0' || header.key < rangeEnd);
