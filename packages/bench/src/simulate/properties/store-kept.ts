import { type EtcdState, readEtcd } from '@naumachia/actors/etcd';
import type { Stored } from '@naumachia/actors';
import type { EndProperty } from './property.js';

export const storeKept: EndProperty = {
  about: 'etcd holds everything that it has acknowledged, and nothing else',
  problems: ({ world, state }) => {
    const { machine } = state<EtcdState>('etcd');
    const problems = machine.store.revision < world.revision ? [`etcd is at revision ${machine.store.revision}, and has told of revision ${world.revision}`] : [];
    const held = new Map<string, number>();
    for (const { header } of readEtcd(machine.store, { type: 'range', key: '/registry/', rangeEnd: '/registry0' }, machine.store.revision).kvs as unknown as readonly Stored[]) {
      held.set(`${header.resource} ${header.namespace === '' ? header.name : `${header.namespace}/${header.name}`}`, header.revision);
    }
    for (const resource of world.resources) {
      for (const [key, { header }] of world.all(resource)) {
        const there = held.get(`${resource} ${key}`);
        held.delete(`${resource} ${key}`);
        if (there !== header.revision) problems.push(`${resource} ${key} was committed at revision ${header.revision}, and etcd has ${there === undefined ? 'no such key' : `revision ${there}`}`);
      }
    }
    for (const key of held.keys()) problems.push(`etcd has ${key}, which was deleted`);
    return problems;
  },
};
