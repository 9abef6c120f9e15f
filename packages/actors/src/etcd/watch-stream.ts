import type { Address } from '@naumachia/core';
import type { HistoryReply, HistoryRequest } from '../api/etcd-requests.js';
import type { WatchBroken, WatchCreate, WatchResponse } from '../api/etcd-watch.js';
import { history } from './history.js';
import type { MvccStore } from './mvcc-store.js';
import { MAX_REQUEST_BYTES } from './quota.js';
import { refusedAsCompacted } from './refusals.js';

/**
 * The watches of one client, after serverWatchStream and watchStream of etcd 3.6. A watch is a place in history: what it has not
 * told yet is read when the client can take it, so that one which lags costs no memory, and is canceled once a compaction overtakes it.
 */
export interface WatchStream {
  readonly client: Address<WatchResponse | WatchBroken>;
  readonly stream: number;
  /** Tells a stream from an earlier one of the same number. */
  readonly opened: number;
  readonly watches: Map<number, Watch>;
  nextId: number;
  /** What goes out before anything else is read, in order. */
  readonly ready: WatchResponse[];
  /** A response is on its way and has not been taken yet. */
  delivering: boolean;
  /** Whether its progress is looked at from time to time. */
  ticking: boolean;
}

interface Watch {
  readonly id: number;
  readonly request: WatchCreate;
  readonly query: HistoryRequest;
  readonly startRevision: number;
  /** The first revision that has not been told. */
  next: number;
  /** Nothing was told since its progress was last looked at. */
  quiet: boolean;
}

/** Events that a watch which lags is told of at a time (watchBatchMaxRevs of storage/mvcc). */
const BATCH = 1000;
/** Bytes: the largest response that is not parted: --max-request-bytes and the overhead of gRPC (config.grpcOverheadBytes). */
const FRAGMENT_BYTES = MAX_REQUEST_BYTES + 512 * 1024;
const EVENT_OVERHEAD = 32;
const NOBODY = -1;
/** Texts of storage/mvcc/watcher.go. */
const EMPTY_RANGE = 'mvcc: watcher range is empty';
const DUPLICATE_ID = 'mvcc: duplicate watch ID provided on the WatchStream';

export const newStream = (client: WatchStream['client'], stream: number, opened: number): WatchStream => ({ client, stream, opened, watches: new Map(), nextId: 0, ready: [], delivering: false, ticking: false });

const respond = ({ stream }: WatchStream, watchId: number, revision: number, more: Partial<WatchResponse> = {}): WatchResponse =>
  Object.assign({ type: 'watch-response' as const, stream, watchId, revision, events: NO_EVENTS }, more);
const NO_EVENTS: HistoryReply['events'] = [];

export const createWatch = (to: WatchStream, request: WatchCreate, store: MvccStore): void => {
  const { watchId: asked = 0, key, rangeEnd, startRevision = 0 } = request;
  const refuse = (cancelReason: string): void => void to.ready.push(respond(to, NOBODY, store.revision, { created: true, canceled: true, cancelReason }));
  if (startRevision < 0) return refuse(refusedAsCompacted(store.compactRevision).message);
  if (rangeEnd !== undefined && rangeEnd !== '\0' && rangeEnd <= (key === '' ? '\0' : key)) return refuse(EMPTY_RANGE);
  if (asked !== 0 && to.watches.has(asked)) return refuse(DUPLICATE_ID);
  while (asked === 0 && to.watches.has(to.nextId)) to.nextId += 1;
  const id = asked === 0 ? to.nextId++ : asked;
  to.watches.set(id, { id, request, query: queryOf(request), startRevision, next: startRevision === 0 ? store.revision + 1 : startRevision, quiet: true });
  to.ready.push(respond(to, id, store.revision, { created: true }));
};

const queryOf = ({ key, rangeEnd, filters, prevKv }: WatchCreate): HistoryRequest =>
  Object.assign({ type: 'history' as const, key: key === '' ? '\0' : key, after: 0, limit: BATCH }, rangeEnd !== undefined && { rangeEnd }, filters && { filters }, prevKv === true && { prevKv });

export const cancelWatch = (of: WatchStream, watchId: number, store: MvccStore): void => {
  if (of.watches.delete(watchId)) of.ready.push(respond(of, watchId, store.revision, { canceled: true }));
};

const isSynced = (watch: Watch, store: MvccStore): boolean => watch.next > store.revision && watch.startRevision <= store.revision;

/** Says how far the stream has come, if all its watches have come as far. */
export const tellProgress = (of: WatchStream, store: MvccStore): void => {
  if (of.watches.size > 0 && [...of.watches.values()].every((watch) => isSynced(watch, store))) of.ready.push(respond(of, NOBODY, store.revision));
};

/** The same for each watch that wants it from time to time and has had nothing to tell since the last time. */
export const tellQuiet = (of: WatchStream, store: MvccStore): void => {
  for (const watch of of.watches.values()) {
    if (watch.request.progressNotify !== true) continue;
    if (watch.quiet && isSynced(watch, store)) of.ready.push(respond(of, watch.id, store.revision));
    watch.quiet = true;
  }
};

/** Takes out what the client is sent next; `look-again`: history was searched for as long as is fair, and holds more. */
export const nextResponse = (of: WatchStream, store: MvccStore): WatchResponse | 'look-again' | undefined => {
  const ready = of.ready.shift();
  if (ready !== undefined) return ready;
  let lookAgain = false;
  for (const watch of of.watches.values()) {
    if (watch.next > store.revision) continue;
    const told = history(store, Object.assign({}, watch.query, { after: watch.next - 1 }));
    if (told.type === 'refused') {
      of.watches.delete(watch.id);
      return respond(of, watch.id, 0, { canceled: true, compactRevision: store.compactRevision });
    }
    watch.next = told.revision + 1;
    if (told.events.length > 0) {
      watch.quiet = false;
      // The others have their turn before this one has its next.
      of.watches.delete(watch.id);
      of.watches.set(watch.id, watch);
      const parts = watch.request.fragment === true ? fragmentsOf(told.events) : [told.events];
      of.ready.push(...parts.map((events, i) => respond(of, watch.id, store.revision, i < parts.length - 1 ? { events, fragment: true } : { events })));
      return of.ready.shift();
    }
    lookAgain ||= !told.synced;
  }
  return lookAgain ? 'look-again' : undefined;
};

/** Events in parts that each stay below the limit, or are one event. */
const fragmentsOf = (events: HistoryReply['events']): HistoryReply['events'][] => {
  const parts: HistoryReply['events'][number][][] = [[]];
  let bytes = 0;
  for (const event of events) {
    const size = event.kv.header.key.length + (event.type === 'put' ? event.kv.size : 0) + (event.prevKv === undefined ? 0 : event.prevKv.size + event.kv.header.key.length) + EVENT_OVERHEAD;
    if (bytes > 0 && bytes + size >= FRAGMENT_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    (parts[parts.length - 1] as unknown[]).push(event);
    bytes += size;
  }
  return parts;
};
