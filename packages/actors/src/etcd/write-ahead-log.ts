import { type Disk, type DiskRecord, Encoded } from '@naumachia/core';
import type { KeyValue } from '../api/etcd-requests.js';
import { beginCopy, copyNext, type CheckpointCopy } from './checkpoint.js';
import type { LogRecord } from './log-record.js';
import { sizeOf } from './mvcc-store.js';
import type { StateMachine } from './state-machine.js';

/**
 * What makes etcd durable: one log on its disk. Each change is appended and synced before it is answered.
 *
 * The log is kept short by checkpoints. Once it has grown to more than twice what is alive, a record `checkpoint` is appended and
 * then, in small steps between the commits that go on, everything that was alive at that moment: the newest value of each key at
 * the compacted revision, and the commits above it. When all of it is there, `checkpointed` is appended and synced, and
 * the log is truncated before `checkpoint`. Until then recovery begins at the checkpoint before, from then on at this one, and all
 * later commits follow it in the log: so either way nothing is missing and nothing that died can come back. While the copy
 * goes on nothing is scavenged, so it is a view of one moment. The log holds at most about three times what is alive.
 */
export interface WriteAheadLog {
  /** Of the last checkpoint; 0: none yet. */
  generation: number;
  /** Bytes since that checkpoint began. */
  written: number;
  copy: CheckpointCopy | undefined;
}

export const WAL = 'wal';
/** Bytes of dead records that are not worth a checkpoint. */
const SLACK_BYTES = 16 * 1024 * 1024;
const RECORD_BYTES = 64;

export const newLog = (): WriteAheadLog => ({ generation: 0, written: 0, copy: undefined });

export const persist = (log: WriteAheadLog, disk: Disk, record: LogRecord, bytes = measure(record)): number => {
  const position = disk.append(WAL, record as unknown as DiskRecord);
  log.written += bytes;
  return position;
};

/** About what a record takes, in bytes. */
export const measure = (record: LogRecord): number =>
  RECORD_BYTES + (record instanceof Encoded ? sizeOf(record) : record.type === 'commit' ? sizeOfAll(record.events) : record.type === 'base' ? sizeOfAll(record.kvs) : 0);

export const needsCheckpoint = (log: WriteAheadLog, machine: StateMachine, slack = SLACK_BYTES): boolean =>
  log.copy === undefined && log.written > 2 * machine.store.bytes + slack;

/** Nothing may wait for scavenging when a checkpoint begins, or be scavenged until it has ended. */
export const beginCheckpoint = (log: WriteAheadLog, machine: StateMachine, disk: Disk): void => {
  const { store, leases, quota } = machine;
  log.written = 0;
  const position = persist(log, disk, {
    type: 'checkpoint',
    generation: log.generation + 1,
    revision: store.revision,
    compactRevision: store.compactRevision,
    leases: [...leases.values()].map(({ id, ttl }) => ({ id, ttl })),
    alarms: [...quota.alarms],
  });
  log.copy = beginCopy(store, position);
};

/** Copies up to about `limit` revisions; when that was the last of them, ends the checkpoint and truncates the log. */
export const continueCheckpoint = (log: WriteAheadLog, machine: StateMachine, disk: Disk, limit: number): void => {
  const { copy } = log;
  if (copy === undefined) return;
  const done = copyNext(machine.store, copy, limit, (record, bytes) => {
    persist(log, disk, record, RECORD_BYTES + bytes);
  });
  if (!done) return;
  log.generation += 1;
  log.copy = undefined;
  persist(log, disk, { type: 'checkpointed', generation: log.generation });
  disk.sync();
  disk.truncate(WAL, copy.position);
};

const sizeOfAll = (kvs: readonly KeyValue[]): number => {
  let bytes = 0;
  for (const kv of kvs) bytes += sizeOf(kv);
  return bytes;
};
