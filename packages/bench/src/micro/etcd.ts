import { applyToEtcd, newEtcdStateMachine, readEtcd, revisionInEtcd, scavengeEtcd, type EtcdStateMachine } from '@naumachia/actors/etcd';
import type { MicroTask } from './service-lookup.js';

/** 8-byte keys and 256-byte values, as etcd's own benchmark has them by default. */
const KEYS = 30_000;
const VALUE = new Uint8Array(256).fill(7);
const HEADER = {};
const OPERATIONS = 1000;
/** Revisions between two compactions: an API server compacts too, and a heap that only grows would be measured instead. */
const COMPACT_EVERY = 100_000;

interface Filled {
  readonly machine: EtcdStateMachine;
  readonly keys: readonly string[];
  next: number;
}

const filled = (): Filled => {
  const machine = newEtcdStateMachine(2 ** 40);
  const keys = Array.from({ length: KEYS }, (_, i) => i.toString(36).padStart(8, '0'));
  for (const key of keys) applyToEtcd(machine, { type: 'put', key, header: HEADER, value: VALUE });
  return { machine, keys, next: 0 };
};

/** A task whose keys come in an order in which none is near the one before. */
const task = (name: string, operation: (machine: EtcdStateMachine, key: string) => number): MicroTask => {
  const at = filled();
  return {
    name,
    operations: OPERATIONS,
    run: () => {
      const { machine, keys } = at;
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) {
        sum += operation(machine, keys[at.next] as string);
        at.next = (at.next + 7919) % KEYS;
      }
      if (machine.store.revision - machine.store.compactRevision > COMPACT_EVERY) {
        applyToEtcd(machine, { type: 'compact', revision: machine.store.revision });
        while (!scavengeEtcd(machine.store, COMPACT_EVERY));
      }
      return sum;
    },
  };
};

const revisionOf = (machine: EtcdStateMachine, key: string): number => revisionInEtcd(machine.store, key);

export const etcdPut = (): MicroTask =>
  task('etcd put, 256 B', (machine, key) => (applyToEtcd(machine, { type: 'put', key, header: HEADER, value: VALUE }).record === undefined ? 0 : 1));

/** The guarded write of Kubernetes in its lean form. */
export const etcdOptimisticPut = (): MicroTask =>
  task('etcd optimistic put, 256 B', (machine, key) => {
    const { reply } = applyToEtcd(machine, { type: 'optimistic-put', key, expected: revisionOf(machine, key), header: HEADER, value: VALUE });
    if (reply.type !== 'optimistic' || !reply.succeeded) throw new Error(`the guard of ${key} failed`);
    return reply.revision;
  });

/** The same as a transaction in full. */
export const etcdTxn = (): MicroTask =>
  task('etcd txn: compare, put, else range', (machine, key) => {
    const { reply } = applyToEtcd(machine, {
      type: 'txn',
      compare: [{ key, target: 'mod', result: 'equal', value: revisionOf(machine, key) }],
      success: [{ type: 'put', key, header: HEADER, value: VALUE }],
      failure: [{ type: 'range', key }],
    });
    if (reply.type !== 'txn' || !reply.succeeded) throw new Error(`the guard of ${key} failed`);
    return reply.revision;
  });

export const etcdRange = (): MicroTask => task('etcd range of one key', ({ store }, key) => readEtcd(store, { type: 'range', key }, store.revision).count);

/** One list of 30,000 keys in pages of 500. */
export const etcdPagedRange = (): MicroTask => {
  const { machine, keys } = filled();
  return {
    name: `etcd range of ${KEYS} keys by 500`,
    operations: 1,
    run: () => {
      let [key = ''] = keys;
      let seen = 0;
      for (let more = true; more; ) {
        const page = readEtcd(machine.store, { type: 'range', key, rangeEnd: '\0', limit: 500 }, machine.store.revision);
        seen += page.kvs.length;
        ({ more } = page);
        key = `${page.kvs[page.kvs.length - 1]?.header.key ?? ''}\0`;
      }
      if (seen !== KEYS) throw new Error(`the pages held ${seen} keys`);
      return seen;
    },
  };
};

export const etcdTasks = (): MicroTask[] => [etcdPut(), etcdOptimisticPut(), etcdTxn(), etcdRange(), etcdPagedRange()];
