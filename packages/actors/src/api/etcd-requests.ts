import type { Encoded, Failure, ReplyTo, Request } from '@naumachia/core';

/**
 * The requests that etcd answers, after the v3 API (etcdserverpb). They stand here because the API server and etcd meet in `api/`.
 * etcd also owns the feed `kv`: one entry per changed key, in order of revision, whose value is the key's `KeyValue`
 * (a deleted key's last value, with the revision of the deletion, version 0 and `change: 'deleted'` in its header). Its routing key
 * is the resource that the key names (`pods` of `/registry/pods/default/a`).
 */

/** What etcd knows of every key; it is added to the header that the writer gave. Field names follow mvccpb.KeyValue. */
export interface KeyHeader {
  readonly key: string;
  readonly createRevision: number;
  /** mod_revision; for a Kubernetes object this is its resourceVersion. */
  readonly revision: number;
  /** Writes since the key was created; 0 in the last value of a deleted key. */
  readonly version: number;
  readonly lease: number;
}

export type KeyValue<H = unknown, T = unknown> = Encoded<H & KeyHeader, T>;

/** What a writer asks of one key. */
export interface PutOperation {
  readonly type: 'put';
  readonly key: string;
  /** What the writer wants to be readable without decoding; etcd adds the KeyHeader. */
  readonly header: object;
  /** Plain frozen data, or raw bytes (Uint8Array). */
  readonly value: object;
  /** 0 or absent: none. */
  readonly lease?: number;
  /** Also answer with what the key held before. */
  readonly prevKv?: boolean;
  /** Keep the value that the key has (`value` must be empty raw bytes); refused with `key-not-found` if it has none. */
  readonly ignoreValue?: boolean;
  /** Keep the lease that the key has. */
  readonly ignoreLease?: boolean;
}

export interface RangeOperation {
  readonly type: 'range';
  readonly key: string;
  /** Exclusive; absent: this one key; '\0': every key from `key` on. For a prefix see `prefixEnd`. */
  readonly rangeEnd?: string;
  /** 0 or absent: all. */
  readonly limit?: number;
  /** Read at this revision; absent or 0: the newest. */
  readonly revision?: number;
  readonly countOnly?: boolean;
  /** The answer's KeyValues have their header and an empty value. */
  readonly keysOnly?: boolean;
  /** Absent: ascending by key; the order `none` of any other target is ascending, too. */
  readonly sort?: { readonly target: 'key' | 'version' | 'create' | 'mod' | 'value'; readonly order: 'none' | 'ascend' | 'descend' };
  /** Bounds (inclusive; 0 or absent: none) of what is in the answer; `count` does not heed them. */
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

export interface DeleteRangeOperation {
  readonly type: 'delete-range';
  readonly key: string;
  readonly rangeEnd?: string;
  /** Merged into the header of the last value (`change: 'deleted'`). */
  readonly header?: object;
  /** The last state of the object where it differs from the stored one (a deletion that changed it on the way). */
  readonly value?: object;
  /** Also answer with what the keys held before. */
  readonly prevKv?: boolean;
}

/** A transaction within a transaction; its guards are judged before anything of the outer one is carried out. */
export interface TxnOperation {
  readonly type: 'txn';
  readonly compare: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
}

export type Operation = PutOperation | RangeOperation | DeleteRangeOperation | TxnOperation;

export type CompareResult = 'equal' | 'not-equal' | 'greater' | 'less';

/**
 * A guard of a transaction. A key that does not exist has mod, create, version and lease 0, and no value: every guard of its value
 * fails. With `rangeEnd` the guard must hold for every key of the range.
 */
export type Compare =
  | { readonly key: string; readonly rangeEnd?: string; readonly target: 'mod' | 'create' | 'version' | 'lease'; readonly result: CompareResult; readonly value: number }
  /** Compares raw bytes; a value that is not raw bytes is compared by its encoded form. */
  | { readonly key: string; readonly rangeEnd?: string; readonly target: 'value'; readonly result: CompareResult; readonly value: Uint8Array };

/** `revision` is the store's at the time of the answer (the header's in the v3 API). */
export type OperationReply =
  | { readonly type: 'put'; readonly revision: number; readonly kv: KeyValue; readonly prevKv?: KeyValue }
  /** `more`: the limit cut the answer; `count`: keys in the range, whatever the limit. */
  | { readonly type: 'range'; readonly revision: number; readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number }
  /** `deleted`: the last values as the feed shows them, in order of their keys. */
  | { readonly type: 'delete-range'; readonly revision: number; readonly deleted: readonly KeyValue[]; readonly prevKvs?: readonly KeyValue[] }
  | TxnReply;

/** Replies that stand for refusals, after the errors of etcdserver/api/v3rpc/rpctypes. */
export interface EtcdRefusal {
  readonly type: 'refused';
  readonly code: RefusalCode;
  /** The text of etcd 3.6 for it. */
  readonly message: string;
  /** For `compacted`: the oldest revision that can still be read. */
  readonly revision?: number;
}

export type RefusalCode =
  | 'compacted'
  | 'future-revision'
  | 'no-space'
  | 'too-many-operations'
  | 'request-too-large'
  | 'duplicate-key'
  | 'key-not-found'
  | 'value-provided'
  | 'lease-provided'
  | 'lease-not-found'
  | 'lease-exists'
  | 'lease-ttl-too-large'
  | 'empty-key';

export type PutRequest = PutOperation & Request<Extract<OperationReply, { type: 'put' }> | EtcdRefusal>;
export type RangeRequest = RangeOperation & Request<Extract<OperationReply, { type: 'range' }> | EtcdRefusal>;
export type DeleteRangeRequest = DeleteRangeOperation & Request<Extract<OperationReply, { type: 'delete-range' }> | EtcdRefusal>;
export type TxnRequest = TxnOperation & Request<TxnReply | EtcdRefusal>;

export interface TxnReply {
  readonly type: 'txn';
  readonly revision: number;
  readonly succeeded: boolean;
  readonly responses: readonly OperationReply[];
}

/**
 * The lean form of the transaction that Kubernetes makes of nearly every write, as in etcd 3.6 client/v3/kubernetes: a put or a
 * deletion of one key if its mod revision is `expected` (0: the key does not exist), else a read of it.
 */
export interface OptimisticPutRequest extends Request<OptimisticReply | EtcdRefusal> {
  readonly type: 'optimistic-put';
  readonly key: string;
  readonly expected: number;
  readonly header: object;
  readonly value: object;
  readonly lease?: number;
}

export interface OptimisticDeleteRequest extends Request<OptimisticReply | EtcdRefusal> {
  readonly type: 'optimistic-delete';
  readonly key: string;
  readonly expected: number;
  /** As in `delete-range`. */
  readonly header?: object;
  readonly value?: object;
}

export interface OptimisticReply {
  readonly type: 'optimistic';
  readonly revision: number;
  readonly succeeded: boolean;
  /** What was written or deleted; where the guard failed, what the key holds (absent: it does not exist). */
  readonly kv?: KeyValue;
}

export interface CompactRequest extends Request<{ readonly type: 'compacted'; readonly revision: number } | EtcdRefusal> {
  readonly type: 'compact';
  readonly revision: number;
}

export interface LeaseReply {
  readonly type: 'lease';
  readonly id: number;
  /** Seconds left; 0 from a keep-alive, -1 from time-to-live: there is no such lease. */
  readonly ttl: number;
  /** Of time-to-live: seconds as granted, and the keys under it if they were asked for. */
  readonly grantedTtl?: number;
  readonly keys?: readonly string[];
  /** Of a revocation: the store's after it. */
  readonly revision?: number;
}

/** `id` is chosen by the asker, so that writes under the lease may follow at once on the same link; 0: etcd chooses. */
export interface LeaseGrantRequest extends Request<LeaseReply | EtcdRefusal> {
  readonly type: 'lease-grant';
  readonly id: number;
  /** Seconds. Less than 2 becomes 2, as etcd makes it of an election timeout of 1 s. */
  readonly ttl: number;
}

/** Deletes the keys under the lease, in one revision, which the answer tells. */
export interface LeaseRevokeRequest extends Request<LeaseReply | EtcdRefusal> {
  readonly type: 'lease-revoke';
  readonly id: number;
}

export interface LeaseKeepAliveRequest extends Request<LeaseReply | EtcdRefusal> {
  readonly type: 'lease-keep-alive';
  readonly id: number;
}

export interface LeaseTimeToLiveRequest extends Request<LeaseReply> {
  readonly type: 'lease-time-to-live';
  readonly id: number;
  readonly keys?: boolean;
}

export interface LeaseLeasesRequest extends Request<{ readonly type: 'leases'; readonly ids: readonly number[] }> {
  readonly type: 'lease-leases';
}

/**
 * The changes after a revision: how a watcher catches up that the feed `kv` no longer reaches (an unsynced watcher, in etcd's words).
 * Once `synced` it may subscribe to the feed after `revision`.
 */
export interface HistoryRequest extends Request<HistoryReply | EtcdRefusal> {
  readonly type: 'history';
  readonly key: string;
  readonly rangeEnd?: string;
  /** What lies before the compacted revision is refused with `compacted`; of that revision itself it tells what was put. */
  readonly after: number;
  /** About how many events (those of one revision are never parted); default 1,000. */
  readonly limit?: number;
  readonly filters?: readonly ('no-put' | 'no-delete')[];
  readonly prevKv?: boolean;
}

export interface HistoryReply {
  readonly type: 'history';
  /** The watcher has now seen everything up to here. */
  readonly revision: number;
  readonly synced: boolean;
  readonly events: readonly { readonly type: 'put' | 'delete'; readonly kv: KeyValue; readonly prevKv?: KeyValue }[];
}

export type Alarm = 'NOSPACE';

/** An alarm that was raised stays until it is disarmed, as in etcd. */
export interface AlarmRequest extends Request<{ readonly type: 'alarms'; readonly alarms: readonly Alarm[] }> {
  readonly type: 'alarm';
  readonly action: 'get' | 'deactivate';
}

export interface StatusRequest extends Request<EtcdStatusReply> {
  readonly type: 'status';
}

export interface EtcdStatusReply {
  readonly type: 'status';
  readonly version: string;
  readonly revision: number;
  /** The oldest revision that can be read; 0: nothing was compacted yet. */
  readonly compactRevision: number;
  /** Bytes of every revision that is kept, and how many bytes are allowed. */
  readonly size: number;
  readonly quota: number;
  readonly keys: number;
  readonly leases: number;
  readonly alarms: readonly Alarm[];
}

export type EtcdRequest =
  | PutRequest
  | RangeRequest
  | DeleteRangeRequest
  | TxnRequest
  | OptimisticPutRequest
  | OptimisticDeleteRequest
  | CompactRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseKeepAliveRequest
  | LeaseTimeToLiveRequest
  | LeaseLeasesRequest
  | HistoryRequest
  | AlarmRequest
  | StatusRequest;

export type EtcdAnswer = ReplyTo<EtcdRequest> | Failure;

/** The end of the range of all keys that begin with `prefix`: its last character raised by one ('' is every key). */
export const prefixEnd = (prefix: string): string =>
  prefix === '' ? '\0' : prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
