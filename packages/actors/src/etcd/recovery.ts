import { type Disk, Encoded } from '@naumachia/core';
import type { KeyValue } from '../api/etcd-requests.js';
import { scavenge } from './compaction.js';
import { field, find, isLive, LEASE } from './key-table.js';
import { grantLease, moveKey } from './leases.js';
import type { CheckpointRecord, LogRecord } from './log-record.js';
import { commit, index, sizeOf } from './mvcc-store.js';
import { newStateMachine, type StateMachine } from './state-machine.js';
import { measure, newLog, WAL, type WriteAheadLog } from './write-ahead-log.js';

export interface Recovered {
  readonly machine: StateMachine;
  readonly log: WriteAheadLog;
}

/** The state that the disk tells of: exactly that of the last change which was synced. */
export const recover = (disk: Disk, quotaBytes: number): Recovered => {
  const machine = newStateMachine(quotaBytes);
  const { store, leases, quota } = machine;
  const log = newLog();
  const start = lastCheckpoint(disk);
  log.generation = start.generation;
  const base: KeyValue[] = [];
  const repeated: KeyValue[] = [];
  const later: KeyValue[] = [];
  let repeatedUpTo = store.revision;
  let newest = store.revision;
  // Records of a checkpoint that was not completed repeat what stands before them.
  let repeating = false;
  const take = (revision: number, events: readonly KeyValue[]): void => {
    if (revision > newest) {
      newest = revision;
      for (const event of events) later.push(event);
    } else if (revision <= repeatedUpTo && !repeating) for (const event of events) repeated.push(event);
  };
  let ordinal = -1;
  for (const [, entry] of disk.read(WAL)) {
    ordinal += 1;
    if (ordinal < start.ordinal) continue;
    const record = entry as unknown as LogRecord;
    log.written += measure(record);
    if (record instanceof Encoded) {
      take(record.header.revision, [record]);
      continue;
    }
    switch (record.type) {
      case 'checkpoint':
        if (ordinal !== start.ordinal) {
          repeating = true;
          break;
        }
        restore(machine, record);
        repeatedUpTo = newest = record.revision;
        break;
      case 'base':
        if (!repeating) for (const kv of record.kvs) base.push(kv);
        break;
      case 'commit':
        if (record.revoked !== 0) leases.delete(record.revoked);
        if (record.events.length > 0) take(record.revision, record.events);
        break;
      case 'compact':
        store.compactRevision = record.revision;
        break;
      case 'grant':
        grantLease(leases, record.id, record.ttl);
        break;
      case 'alarms':
        quota.alarms.clear();
        for (const alarm of record.alarms) quota.alarms.add(alarm);
        break;
      case 'checkpointed':
        break;
    }
  }
  const { table } = store;
  for (const kv of base) index(store, find(table, kv.header.key), kv, 0, sizeOf(kv));
  for (const events of [repeated, later]) for (const event of events) commit(store, find(table, event.header.key), event);
  store.revision = newest;
  while (!scavenge(store, Number.MAX_SAFE_INTEGER));
  for (const id of table.ids.values()) if (isLive(table, id)) moveKey(leases, id, 0, field(table, id, LEASE));
  return { machine, log };
};

/** Where the last completed checkpoint begins, counted in records; without one, the log's beginning. */
const lastCheckpoint = (disk: Disk): { readonly ordinal: number; readonly generation: number } => {
  let complete = { ordinal: 0, generation: 0 };
  let begun = complete;
  let ordinal = -1;
  for (const [, entry] of disk.read(WAL)) {
    ordinal += 1;
    const record = entry as unknown as LogRecord;
    if (record instanceof Encoded) continue;
    if (record.type === 'checkpoint') begun = { ordinal, generation: record.generation };
    else if (record.type === 'checkpointed') complete = begun;
  }
  return complete;
};

const restore = (machine: StateMachine, record: CheckpointRecord): void => {
  machine.store.compactRevision = record.compactRevision;
  for (const { id, ttl } of record.leases) grantLease(machine.leases, id, ttl);
  for (const alarm of record.alarms) machine.quota.alarms.add(alarm);
};
