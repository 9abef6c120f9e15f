import { codec, type Disk, type DiskRecord } from '@naumachia/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsScavenging, scavenge } from './compaction.js';
import { history } from './history.js';
import { nameOf } from './key-table.js';
import { range } from './range.js';
import { recover } from './recovery.js';
import { apply, newStateMachine, type Command, type StateMachine } from './state-machine.js';
import { beginCheckpoint, continueCheckpoint, needsCheckpoint, newLog, persist } from './write-ahead-log.js';

/**
 * A disk of bytes that can be cut off: at any moment, after any record that was not synced yet. Truncation frees segments of five records.
 */
class CutDisk implements Disk {
  records: Uint8Array[] = [];
  base = 0;
  synced = 0;

  append(_: string, record: DiskRecord): number {
    return this.base + this.records.push(codec().encode(record).slice()) - 1;
  }
  sync(): void {
    this.synced = this.base + this.records.length;
  }
  *read(): Iterable<readonly [number, DiskRecord]> {
    for (const [i, record] of this.records.entries()) yield [this.base + i, codec().decode(record) as DiskRecord];
  }
  truncate(_: string, before: number): void {
    const freed = before - (before % 5) - this.base;
    if (freed <= 0) return;
    this.records.splice(0, freed);
    this.base += freed;
  }
  /** What is left when the power fails and `extra` of the unsynced records happen to have got through. */
  cut(extra: number): CutDisk {
    const left = new CutDisk();
    left.base = this.base;
    left.records = this.records.slice(0, Math.max(0, this.synced - this.base) + extra);
    left.sync();
    return left;
  }
}

const toldAfter = ({ store }: StateMachine, after: number): unknown => {
  const reply = history(store, { type: 'history', key: '\0', rangeEnd: '\0', after, limit: 1e9, prevKv: true });
  return reply.type === 'history' ? reply.events.map(({ type, kv, prevKv }) => [type, kv.header, kv.value, prevKv?.header]) : reply;
};

/** All that a client could ask for. */
const visible = (machine: StateMachine) => {
  const { store } = machine;
  const revisions: unknown[] = [];
  for (let revision = Math.max(1, store.compactRevision); revision <= store.revision; revision++) {
    revisions.push(range(store, { type: 'range', key: '\0', rangeEnd: '\0', revision }, 0).kvs.map((kv) => [kv.header, kv.value]));
  }
  return {
    revision: store.revision,
    compactRevision: store.compactRevision,
    keys: store.keys,
    revisions,
    told: toldAfter(machine, store.compactRevision - 1),
    leases: [...machine.leases.values()].map((lease) => ({ ...lease, keys: Array.from(lease.keys, (key) => nameOf(store.table, key)).sort() })).sort((a, b) => a.id - b.id),
    alarms: [...machine.quota.alarms],
  };
};

const bytesWhenScavenged = (machine: StateMachine): number => {
  while (!scavenge(machine.store, 1e9));
  return machine.store.bytes;
};

const QUOTA = 40_000;
const key = fc.constantFrom('/a', '/a/1', '/b', '/b/1', '/c');
const value = fc.nat(3).map((n) => new Uint8Array(n * 100).fill(n));
const put = fc.record({ type: fc.constant('put' as const), key, header: fc.constant({ change: 'updated' }), value, lease: fc.constantFrom(0, 0, 1, 2) });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: put as fc.Arbitrary<Command> },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete-range' as const), key, rangeEnd: fc.constantFrom('/b', '/c', '\0') }) as fc.Arbitrary<Command> },
  { weight: 2, arbitrary: fc.array(put, { minLength: 2, maxLength: 3 }).map((success) => ({ type: 'txn' as const, compare: [], success, failure: [] })) as fc.Arbitrary<Command> },
  { weight: 3, arbitrary: fc.nat(8).map((revision) => ({ type: 'compact' as const, revision })) as fc.Arbitrary<Command> },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lease-grant' as const), id: fc.constantFrom(1, 2), ttl: fc.constant(10) }) as fc.Arbitrary<Command> },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lease-revoke' as const), id: fc.constantFrom(1, 2) }) as fc.Arbitrary<Command> },
  { weight: 1, arbitrary: fc.constant({ type: 'alarm' as const, action: 'deactivate' as const }) as fc.Arbitrary<Command> },
);
/** Commands, steps of housekeeping between them, and power failures. */
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant('command' as const), command }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('housekeep' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('power failure' as const), extra: fc.nat(4) }) },
);

describe('recovery', () => {
  it('brings back exactly what was acknowledged, wherever the power fails', () => {
    let checkpoints = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80, size: 'max' }), fc.nat(4), (events, extra) => {
        let disk = new CutDisk();
        let { machine, log } = recover(disk, QUOTA);
        const fail = (through: number): void => {
          const before = visible(machine);
          const bytes = bytesWhenScavenged(machine);
          const left = disk.cut(through);
          const recovered = recover(left, QUOTA);
          expect(visible(recovered.machine)).toEqual(before);
          expect(bytesWhenScavenged(recovered.machine)).toBe(bytes);
          disk = left;
          ({ machine, log } = recovered);
        };
        for (const each of events) {
          if (each.what === 'command') {
            const drawn = each.command;
            const { record } = apply(machine, drawn.type === 'compact' ? { ...drawn, revision: machine.store.revision - drawn.revision } : drawn);
            if (record === undefined) continue;
            persist(log, disk, record);
            disk.sync();
          } else if (each.what === 'housekeep') {
            // As the actor does it, but whether a checkpoint is needed or not.
            const { generation } = log;
            if (log.copy !== undefined) continueCheckpoint(log, machine, disk, each.limit);
            else if (needsScavenging(machine.store)) scavenge(machine.store, each.limit * 3);
            else beginCheckpoint(log, machine, disk);
            checkpoints += log.generation - generation;
          } else fail(each.extra);
        }
        fail(extra);
      }),
      { numRuns: 120 },
    );
    expect(checkpoints).toBeGreaterThan(100);
  });

  it('finds a log that is never much longer than what is alive', () => {
    const disk = new CutDisk();
    const machine = newStateMachine(2 ** 30);
    const log = newLog();
    let longest = 0;
    for (let i = 0; i < 20_000; i++) {
      const { record } = apply(machine, { type: 'put', key: `/k/${i % 100}`, header: {}, value: new Uint8Array(100) });
      if (record === undefined) throw new Error('a put was refused');
      persist(log, disk, record);
      disk.sync();
      if (i % 500 === 0) apply(machine, { type: 'compact', revision: machine.store.revision });
      if (log.copy !== undefined) continueCheckpoint(log, machine, disk, 50);
      else if (needsScavenging(machine.store)) scavenge(machine.store, 50);
      else if (needsCheckpoint(log, machine, 20_000)) beginCheckpoint(log, machine, disk);
      longest = Math.max(longest, disk.records.length);
    }
    // 600 revisions are alive at most: 100 keys and what came since the last compaction.
    expect(longest).toBeLessThan(3000);
    expect(log.generation).toBeGreaterThan(5);
  });
});
