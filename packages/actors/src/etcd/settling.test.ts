import { describe, expect, it } from 'vitest';
import type { KeyValue } from '../api/etcd-requests.js';
import { scavenge } from './compaction.js';
import { current } from './mvcc-store.js';
import { needsSettling, settleAgain } from './settling.js';
import { apply, newStateMachine, type StateMachine } from './state-machine.js';

const put = (machine: StateMachine, key: string, size: number, fill = 1): void => {
  apply(machine, { type: 'put', key, header: {}, value: new Uint8Array(size).fill(fill) });
};
const compact = (machine: StateMachine): void => {
  apply(machine, { type: 'compact', revision: machine.store.revision });
  while (!scavenge(machine.store, 1000));
};
const kept = ({ store }: StateMachine): KeyValue[] => store.table.latest.filter((kv) => kv !== undefined);
const slabs = (machine: StateMachine): number => new Set(kept(machine).map((kv) => (kv.size, kv.place?.slab))).size;

describe('settling', () => {
  it('frees slabs in which next to nothing is alive any more', () => {
    const machine = newStateMachine(1e9);
    for (let i = 0; i < 20_000; i++) put(machine, i % 1000 === 0 ? `/registry/pods/default/${i}` : '/registry/leases/kube-system/one', 1000, i);
    expect(slabs(machine)).toBeGreaterThan(15);
    compact(machine);
    expect(slabs(machine)).toBeLessThanOrEqual(2);
    expect(current(machine.store, '/registry/pods/default/3000')?.value).toEqual(new Uint8Array(1000).fill(3000));
  });

  it('moves everything once more when most of what had settled is dead', () => {
    const machine = newStateMachine(1e9);
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 700; i++) put(machine, `/k/${i % 100 === 0 ? `${round}/${i}` : `r/${i}`}`, 1000);
      compact(machine);
    }
    expect(needsSettling(machine.store)).toBe(true);
    const before = slabs(machine);
    let steps = 0;
    while (needsSettling(machine.store)) {
      settleAgain(machine.store, 100);
      steps += 1;
    }
    expect(steps).toBeGreaterThan(5);
    expect(before).toBeGreaterThan(10);
    expect(slabs(machine)).toBeLessThanOrEqual(3);
    expect(kept(machine).every(({ size }) => size === 1005)).toBe(true);
  });
});
