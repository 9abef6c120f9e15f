import { etcd, type EtcdRequest } from '@naumachia/actors/etcd';
import { atomically, defineActor, type Flow, Host, MemoryDisks, named, requests, wallClock } from '@naumachia/core';
import type { SuiteTask } from './suite.js';

/** As in `etcd.ts`: 8-byte keys, 256-byte values, and compactions, as an API server asks for them. */
const KEYS = 30_000;
const VALUE = new Uint8Array(256).fill(7);
const HEADER = {};
const PIPELINED = 1000;
const ROUNDS_BETWEEN_COMPACTIONS = 300;

interface Client {
  readonly keys: readonly string[];
  next: number;
  answered: number;
}

const ETCD = named<EtcdRequest>('etcd');

/** A thousand puts under way at once; who asks learns how many were done. */
function* round({ from, keys }: { readonly from: number; readonly keys: readonly string[] }): Flow {
  const answers = yield* requests<EtcdRequest>(Array.from({ length: PIPELINED }, (_, i) => ({ to: ETCD, message: { type: 'put', key: keys[(from + i * 7919) % KEYS] as string, header: HEADER, value: VALUE } })));
  const done = answers.filter(({ type }) => type === 'put').length;
  yield* atomically<Client, void>((client) => {
    client.answered += done;
  });
}

type ClientMessage = { readonly type: 'round' } | { readonly type: 'compact'; readonly revision: number };

const client = defineActor<null, Client, ClientMessage>({
  kind: 'client',
  start: () => ({ keys: Array.from({ length: KEYS }, (_, i) => i.toString(36).padStart(8, '0')), next: 0, answered: 0 }),
  receive: {
    round: (state, _, context) => {
      context.run(round, { from: state.next, keys: state.keys });
      state.next += PIPELINED * 7919;
    },
    compact: (_, { revision }, context) => context.send(ETCD, { type: 'compact', revision }),
  },
  flows: [round],
});

/** etcd and a client on one host, with the disk in memory: request, commit, log, publication and answer of each put. */
export const etcdMessages = (): SuiteTask => {
  const host = new Host({ name: 'bench', index: 1, incarnation: 1, seed: 1, clock: wallClock, definitions: (kind) => (kind === 'etcd' ? etcd : client), disks: new MemoryDisks(), observer: {} });
  host.start({ name: 'etcd', kind: 'etcd', config: {} });
  const cell = host.start({ name: 'client', kind: 'client', config: null });
  const port = host.port('bench');
  let rounds = 0;
  return {
    name: 'etcd put, 256 B, pipelined messages',
    operations: PIPELINED,
    run: () => {
      const before = (cell.state as Client).answered;
      if (++rounds % ROUNDS_BETWEEN_COMPACTIONS === 0) port.send(named<ClientMessage>('client'), { type: 'compact', revision: rounds * PIPELINED - PIPELINED });
      port.send(named<ClientMessage>('client'), { type: 'round' });
      do {
        host.now = wallClock.now();
        host.runTimers();
        while (host.step());
        host.feeds.flush();
      } while (host.hasReady);
      const done = (cell.state as Client).answered - before;
      if (done !== PIPELINED) throw new Error(`${done} of ${PIPELINED} puts were acknowledged`);
      return done;
    },
  };
};
