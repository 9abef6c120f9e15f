import type { Alarm, KeyValue } from '../api/etcd-requests.js';

/**
 * What etcd writes to its disk log. A change of one key stands there as it is, a `commit` is one of several (or one that revoked a lease: else 0).
 * A checkpoint begins with `checkpoint`, is made of `base` records and repeated commits, and counts from `checkpointed` on.
 */
export type LogRecord =
  | KeyValue
  | CommitRecord
  | { readonly type: 'compact'; readonly revision: number }
  | { readonly type: 'grant'; readonly id: number; readonly ttl: number }
  | { readonly type: 'alarms'; readonly alarms: readonly Alarm[] }
  | CheckpointRecord
  /** What keys held at the compacted revision of the checkpoint. */
  | { readonly type: 'base'; readonly kvs: readonly KeyValue[] }
  | { readonly type: 'checkpointed'; readonly generation: number };

export interface CommitRecord {
  readonly type: 'commit';
  readonly revision: number;
  readonly events: readonly KeyValue[];
  readonly revoked: number;
}

export interface CheckpointRecord {
  readonly type: 'checkpoint';
  readonly generation: number;
  readonly revision: number;
  readonly compactRevision: number;
  readonly leases: readonly { readonly id: number; readonly ttl: number }[];
  readonly alarms: readonly Alarm[];
}
