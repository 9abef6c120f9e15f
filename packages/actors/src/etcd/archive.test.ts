import { type Instant, later, seconds } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { archivePast, nothingArchived } from './archive.js';
import { scavenge } from './compaction.js';
import { history } from './history.js';
import { range } from './range.js';
import { apply, newStateMachine } from './state-machine.js';

const lease = (i: number) => ({ metadata: { name: `node-${i % 10}`, managedFields: 'f:metadata f:ownerReferences f:spec f:holderIdentity '.repeat(8) }, spec: { renewTime: i } });

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
    const bytes = (): number => store.log.segments.flat().reduce((sum, kv) => sum + (kv.size, kv.place?.bytes ?? 0), 0);
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
    expect([store.log.segments.flat().length, store.entries.size]).toEqual([1, 10]);
    expect(store.entries.get('/registry/leases/node-9')?.latest.value).toEqual(lease(499));
    const { bytes: counted } = store;
    expect(counted).toBe([...store.entries.values()].reduce((sum, { latest }) => sum + latest.header.key.length + 64 + latest.size, 0));
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
