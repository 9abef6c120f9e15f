import type { Address, Message, Request } from '@naumachia/core';
import type { HistoryReply } from './etcd-requests.js';

/**
 * The Watch service of etcd's v3 API (etcdserverpb.Watch) as messages. A client names its streams by numbers; what it sends about a
 * stream bears its own address (with its incarnation) and that number. What etcd has to say comes as `watch-response`, which is a
 * request: the next one follows when it has been answered, so a client that is slow holds up itself alone. Whoever wants the
 * objects of Kubernetes follows the feed `kv` instead (`etcd-requests.ts`), which costs one message for all subscribers of a host.
 */
interface OnStream extends Message {
  readonly client: Address<WatchResponse | WatchBroken>;
  readonly stream: number;
}

/** Answered by a response that is `created`, and `canceled` as well if the watch cannot be. The first one opens the stream. */
export interface WatchCreate extends OnStream {
  readonly type: 'watch-create';
  /** 0 or absent: etcd chooses. */
  readonly watchId?: number;
  /** Empty: the first key there is. */
  readonly key: string;
  /** As in `range`. */
  readonly rangeEnd?: string;
  /** The first revision to be told of; 0 or absent: the next one. */
  readonly startRevision?: number;
  /** Tell how far the store has come when there was nothing to tell for a while (`EtcdConfig.watchProgressInterval`). */
  readonly progressNotify?: boolean;
  readonly filters?: readonly ('no-put' | 'no-delete')[];
  readonly prevKv?: boolean;
  /** Send events that are too large for one response in several, all but the last of which are marked `fragment`. */
  readonly fragment?: boolean;
}

/** Answered by a response that is `canceled`, unless there is no such watch. */
export interface WatchCancel extends OnStream {
  readonly type: 'watch-cancel';
  readonly watchId: number;
}

/** Asks how far the stream has come. If all its watches have been told everything, a response with `watchId` -1 says so; else none does. */
export interface WatchProgress extends OnStream {
  readonly type: 'watch-progress';
}

/** Ends a stream with all its watches, without an answer. */
export interface WatchClose extends OnStream {
  readonly type: 'watch-close';
}

export interface WatchResponse extends Request<WatchTaken> {
  readonly type: 'watch-response';
  readonly stream: number;
  /** -1: no watch of its own (a refusal, or the progress of all). */
  readonly watchId: number;
  /** The store's; 0 where the real one gives none (a watch that a compaction has overtaken). */
  readonly revision: number;
  readonly created?: boolean;
  readonly canceled?: boolean;
  readonly cancelReason?: string;
  /** A compaction has overtaken the watch: it can be created again from this revision on. */
  readonly compactRevision?: number;
  /** More of the same follows. */
  readonly fragment?: boolean;
  /** Empty in control responses and in those that tell of progress. Those of one revision may be parted by fragments alone. */
  readonly events: HistoryReply['events'];
}

export interface WatchTaken extends Message {
  readonly type: 'watch-taken';
}

/** There is no such stream, or no longer: the client did not take what it was sent, or etcd was restarted. */
export interface WatchBroken extends Message {
  readonly type: 'watch-broken';
  readonly stream: number;
}

export type WatchMessage = WatchCreate | WatchCancel | WatchProgress | WatchClose;
