import { describe, expect, it } from 'vitest';
import type { HistoryRequest } from '../api/etcd-requests.js';
import { history } from './history.js';
import { apply, newStateMachine } from './state-machine.js';

const machineOf = (writes: number) => {
  const machine = newStateMachine(1e9);
  for (let i = 0; i < writes; i++) {
    const key = `/registry/${i % 10 === 0 ? 'pods' : 'events'}/default/${i % 70}`;
    apply(machine, i % 7 === 6 ? { type: 'delete-range', key: '/registry/', rangeEnd: '/registry0' } : { type: 'put', key, header: {}, value: { i } });
  }
  return machine;
};

describe('the history of a range', () => {
  it('is read to its end in pieces that are each followed by the next', () => {
    const { store } = machineOf(5000);
    const ask = (more: Partial<HistoryRequest>) => {
      const reply = history(store, { type: 'history', key: '/registry/pods/', rangeEnd: '/registry/pods0', after: 1, ...more });
      if (reply.type !== 'history') throw new Error(reply.message);
      return reply;
    };
    const whole = ask({ limit: 100_000 });
    expect(whole.synced).toBe(true);
    expect(whole.events.length).toBeGreaterThan(500);
    for (const limit of [1, 10, 77]) {
      const pieces: unknown[] = [];
      let after = 1;
      for (let synced = false; !synced; ) {
        const reply = ask({ after, limit });
        expect(reply.revision).toBeGreaterThan(after - (reply.synced ? 1 : 0));
        pieces.push(...reply.events.map(({ type, kv }) => [type, kv.header.key, kv.header.revision]));
        ({ synced, revision: after } = reply);
      }
      expect(pieces).toEqual(whole.events.map(({ type, kv }) => [type, kv.header.key, kv.header.revision]));
      expect(after).toBe(store.revision);
    }
    const puts = ask({ limit: 100_000, filters: ['no-delete'] }).events;
    const deletes = ask({ limit: 100_000, filters: ['no-put'] }).events;
    expect(new Set(puts.map(({ type }) => type))).toEqual(new Set(['put']));
    expect(puts.length + deletes.length).toBe(whole.events.length);
  });

  it('is refused below the compacted revision and in the future', () => {
    const { store } = machineOf(10);
    store.compactRevision = 5;
    const ask = (after: number) => history(store, { type: 'history', key: '/registry/', rangeEnd: '/registry0', after });
    expect(ask(3)).toMatchObject({ code: 'compacted', revision: 5 });
    expect(ask(4)).toMatchObject({ type: 'history', synced: true });
    expect(ask(5)).toMatchObject({ type: 'history', synced: true });
    expect(ask(store.revision + 1)).toMatchObject({ code: 'future-revision' });
  });
});
