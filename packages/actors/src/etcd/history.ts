import type { EtcdRefusal, HistoryReply, HistoryRequest, KeyValue } from '../api/etcd-requests.js';
import { deletesAt, eventAt, keyAt, placeAfter, revisionAt } from './event-log.js';
import { nameOf } from './key-table.js';
import { heldBefore, type MvccStore } from './mvcc-store.js';
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
  const { log, table } = store;
  const events: HistoryReply['events'][number][] = [];
  const first = placeAfter(log, after);
  let seen = after;
  for (let place = first; place < log.end; place++) {
    const at = revisionAt(log, place);
    if (at !== seen && (events.length >= limit || place - first >= limit * LOOK_AT_MOST)) return { type: 'history', revision: seen, synced: false, events };
    seen = at;
    const deletes = deletesAt(log, place);
    if (deletes ? noDelete || seen === store.compactRevision : noPut) continue;
    const id = keyAt(log, place);
    if (!isWithin(nameOf(table, id), key, rangeEnd)) continue;
    const kv = eventAt(log, place) as KeyValue;
    const prevKv = request.prevKv === true && seen > store.compactRevision ? heldBefore(store, id, place) : undefined;
    const type = deletes ? 'delete' : 'put';
    events.push(prevKv === undefined ? { type, kv } : { type, kv, prevKv });
  }
  return { type: 'history', revision: store.revision, synced: true, events };
};

const isWithin = (name: string, key: string, rangeEnd: string | undefined): boolean =>
  rangeEnd === undefined ? name === key : name >= key && (rangeEnd === '\0' || name < rangeEnd);
