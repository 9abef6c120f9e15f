import { type Instant, later, seconds } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { archivePast, nothingArchived } from './archive.js';
import { scavenge } from './compaction.js';
import { eventsBetween } from './event-log.js';
import { history } from './history.js';
import { current, type MvccStore } from './mvcc-store.js';
import { range } from './range.js';
import { apply, newStateMachine } from './state-machine.js';

const lease = (i: number) => ({ metadata: { name: `node-${i % 10}`, managedFields: 'f:metadata f:ownerReferences f:spec f:holderIdentity '.repeat(8) }, spec: { renewTime: i } });

const told = ({ log }: MvccStore) => eventsBetween(log, log.begin, log.end);

describe('archiving', () => {
  const started = () => {
    const machine = newStateMachine(1e9);
    const { store } = machine;
    const archived = nothingArchived(store.revision);
    let now = 1_000_000 as Instant;
    const put = (count: number): void => {
      for (let i = 0; i < count; i++) apply(machine, { type: 'put', key: `/registry/leases/node-${i % 10}`, header: { name: `node-${i % 10}` }, value: lease(i) });
    };
    const pass = (): void => {
      for (let wait = archivePast(archived, store, now); wait !== undefined && wait < seconds(5); wait = archivePast(archived, store, now)) now = later(now, wait);
      now = later(now, seconds(5));
    };
    const bytes = (): number => told(store).reduce((sum, kv) => sum + (kv.size, kv.place?.bytes ?? 0), 0);
    return { machine, store, put, pass, bytes };
  };

  it('packs what is no longer news, and everything reads as before', () => {
    const { machine, store, put, pass, bytes } = started();
    put(500);
    const before = bytes();
    const past = range(store, { type: 'range', key: '/registry/leases/node-3', revision: 200 }, store.revision).kvs.map(({ header, value }) => [header, value]);
    pass();
    expect(bytes()).toBe(before);
    pass();
    pass();
    expect(bytes()).toBeLessThan(before / 4);
    expect(range(store, { type: 'range', key: '/registry/leases/node-3', revision: 200 }, store.revision).kvs.map(({ header, value }) => [header, value])).toEqual(past);
    expect(history(store, { type: 'history', key: '', rangeEnd: '\0', after: 1 })).toMatchObject({ synced: true, events: { length: 500 } });
    apply(machine, { type: 'compact', revision: store.revision });
    while (!scavenge(store, 1000));
    // The log keeps what the compacted revision itself put.
    expect([told(store).length, store.table.ids.size]).toEqual([1, 10]);
    expect(current(store, '/registry/leases/node-9')?.value).toEqual(lease(499));
    const { bytes: counted } = store;
    expect(counted).toBe(store.table.latest.reduce((sum, kv) => sum + (kv === undefined ? 0 : kv.header.key.length + 64 + kv.size), 0));
  });

  it('waits while many write', () => {
    const { put, pass, bytes } = started();
    put(20_000);
    pass();
    put(20_000);
    const before = bytes();
    pass();
    expect(bytes()).toBe(before);
    pass();
    pass();
    expect(bytes()).toBeLessThan(before / 3);
  });
});
