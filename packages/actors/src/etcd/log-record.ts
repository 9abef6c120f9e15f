import type { Alarm, KeyValue } from '../api/etcd-requests.js';

/**
 * What etcd writes to its disk log. A `commit` is a change with its events (and the lease that it revoked, or 0).
 * A checkpoint begins with `checkpoint`, is made of `base` records and repeated commits, and counts from `checkpointed` on.
 */
export type LogRecord =
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
