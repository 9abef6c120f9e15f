import type { Encoded, Failure, Request } from '@naumachia/core';

/**
 * The requests that etcd answers, after the v3 API (etcdserverpb). They stand here because the API server and etcd meet in `api/`.
 * etcd also owns the feed `kv`: one entry per changed key, in order of revision, whose value is the key's `KeyValue`
 * (a deleted key's last value, with `change: 'deleted'` in its header).
 */

/** What etcd knows of every key; it is added to the header that the writer gave. Field names follow mvccpb.KeyValue. */
export interface KeyHeader {
  readonly key: string;
  readonly createRevision: number;
  /** mod_revision; for a Kubernetes object this is its resourceVersion. */
  readonly revision: number;
  readonly version: number;
  readonly lease: number;
}

export type KeyValue<H = unknown, T = unknown> = Encoded<H & KeyHeader, T>;

export interface PutOperation {
  readonly type: 'put';
  readonly key: string;
  /** What the writer wants to be readable without decoding; etcd adds the KeyHeader. */
  readonly header: object;
  readonly value: object;
  /** 0 or absent: none. */
  readonly lease?: number;
}

export interface RangeOperation {
  readonly type: 'range';
  readonly key: string;
  /** Exclusive; absent: this one key. For all keys with a prefix: the prefix with its last character raised by one. */
  readonly rangeEnd?: string;
  readonly limit?: number;
  /** Read at this revision; absent or 0: the newest. */
  readonly revision?: number;
  readonly countOnly?: boolean;
}

export interface DeleteRangeOperation {
  readonly type: 'delete-range';
  readonly key: string;
  readonly rangeEnd?: string;
  /** Merged into the header of the last value (`change: 'deleted'`). */
  readonly header?: object;
  /** The last state of the object where it differs from the stored one (a deletion that changed it on the way). */
  readonly value?: object;
}

export type Operation = PutOperation | RangeOperation | DeleteRangeOperation;

/** A guard of a transaction. `mod` 0 means that the key does not exist. */
export interface Compare {
  readonly key: string;
  readonly target: 'mod' | 'create' | 'version' | 'lease';
  readonly result: 'equal' | 'not-equal' | 'greater' | 'less';
  readonly value: number;
}

export type OperationReply =
  | { readonly type: 'put'; readonly revision: number; readonly kv: KeyValue }
  /** `more`: the limit cut the answer; `count`: keys in the range, whatever the limit. */
  | { readonly type: 'range'; readonly revision: number; readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number }
  | { readonly type: 'delete-range'; readonly revision: number; readonly deleted: readonly KeyValue[] };

/** Replies that stand for refusals, after the errors of etcdserver/api/v3rpc/rpctypes. */
export interface EtcdRefusal {
  readonly type: 'refused';
  readonly code: 'compacted' | 'future-revision' | 'no-space' | 'too-many-operations' | 'request-too-large' | 'duplicate-key' | 'lease-not-found' | 'lease-exists' | 'empty-key';
  /** For `compacted`: the oldest revision that can still be read. */
  readonly revision?: number;
}

export type PutRequest = PutOperation & Request<Extract<OperationReply, { type: 'put' }> | EtcdRefusal>;
export type RangeRequest = RangeOperation & Request<Extract<OperationReply, { type: 'range' }> | EtcdRefusal>;
export type DeleteRangeRequest = DeleteRangeOperation & Request<Extract<OperationReply, { type: 'delete-range' }> | EtcdRefusal>;

export interface TxnRequest extends Request<TxnReply | EtcdRefusal> {
  readonly type: 'txn';
  readonly compare: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
}

export interface TxnReply {
  readonly type: 'txn';
  readonly revision: number;
  readonly succeeded: boolean;
  readonly responses: readonly OperationReply[];
}

export interface CompactRequest extends Request<{ readonly type: 'compacted'; readonly revision: number } | EtcdRefusal> {
  readonly type: 'compact';
  readonly revision: number;
}

/** `id` is chosen by the asker, so that writes under the lease may follow at once on the same link. */
export interface LeaseGrantRequest extends Request<{ readonly type: 'lease'; readonly id: number; readonly ttl: number } | EtcdRefusal> {
  readonly type: 'lease-grant';
  readonly id: number;
  /** Seconds. */
  readonly ttl: number;
}

export interface LeaseRevokeRequest extends Request<{ readonly type: 'lease'; readonly id: number; readonly ttl: number } | EtcdRefusal> {
  readonly type: 'lease-revoke';
  readonly id: number;
}

export interface LeaseKeepAliveRequest extends Request<{ readonly type: 'lease'; readonly id: number; readonly ttl: number } | EtcdRefusal> {
  readonly type: 'lease-keep-alive';
  readonly id: number;
}

export type EtcdRequest = PutRequest | RangeRequest | DeleteRangeRequest | TxnRequest | CompactRequest | LeaseGrantRequest | LeaseRevokeRequest | LeaseKeepAliveRequest;

export type EtcdAnswer = OperationReply | TxnReply | EtcdRefusal | Failure;
