import { expect, it } from 'vitest';
import { named } from '../address.js';
import { defineActor } from '../actor.js';
import { Encoded } from '../encoded.js';
import type { Message } from '../message.js';
import { instantOf, later, milliseconds, seconds } from '../time.js';
import { Host } from './host.js';
import { MemoryDisks } from './memory-disks.js';
import type { PeerItem, Peers } from './peers.js';

const owner = defineActor<undefined, { revision: number }, Message>({
  kind: 'owner',
  start: (_config, context) => {
    context.openFeed('numbers', 0, { limit: 1000 });
    return { revision: 0 };
  },
  receive: { publish: (state, _message, context) => context.publish('numbers', [{ revision: ++state.revision, keys: [], value: Encoded.ofValue({}, {}) }]) },
});

const follower = defineActor<{ readonly apart: number | undefined }, { batches: number[][] }, Message>({
  kind: 'follower',
  start: ({ apart }, context) => {
    context.subscribe(named('owner'), 'numbers', { after: 0, ...(apart !== undefined && { apart: milliseconds(apart) }) });
    return { batches: [] };
  },
  receive: {},
  signals: { feed: (state, batch) => void state.batches.push(batch.entries.map(({ revision }) => revision)) },
});

it.each([
  [undefined, [[1], [2], [3], [4], [5]]],
  [1000, [[1], [2, 3, 4], [5]]],
])('batches between hosts are at least as far apart as their follower asked (%s ms)', (apart, expected) => {
  let now = instantOf(0);
  const hosts = new Map<string, Host>();
  const onWay: { from: string; to: string; item: PeerItem }[] = [];
  const start = (name: string, kind: string, config: unknown): Host => {
    const other = name === 'a' ? 'b' : 'a';
    const send = (item: PeerItem): boolean => onWay.push({ from: name, to: other, item }) > 0;
    const peers: Peers = { toActor: (_actor, item) => send(item), toHost: (_host, item) => void send(item), toAll: (item) => void send(item), congested: () => false, hostCongested: () => false };
    const definitions = { owner, follower };
    const host = new Host({ name, index: hosts.size, incarnation: 1, seed: 1, clock: { now: () => now }, disks: new MemoryDisks(), peers, definitions: (wanted) => definitions[wanted as keyof typeof definitions] });
    hosts.set(name, host);
    host.start({ name: kind, kind, config });
    return host;
  };
  const settle = (): void => {
    for (let quiet = false; !quiet; ) {
      quiet = onWay.length === 0;
      for (const { from, to, item } of onWay.splice(0)) hosts.get(to)?.fromPeer(from, item);
      for (const host of hosts.values()) {
        host.now = now;
        host.runTimers();
        while (host.step()) quiet = false;
        host.feeds.flush();
        if (host.hasReady) quiet = false;
      }
      quiet &&= onWay.length === 0;
    }
  };
  const a = start('a', 'owner', undefined);
  const b = start('b', 'follower', { apart });
  settle();
  for (const pause of [0, 300, 300, 300, 1500]) {
    now = later(now, milliseconds(pause));
    settle();
    a.port(`port/${now}`).send(named('owner'), { type: 'publish' });
    settle();
  }
  now = later(now, seconds(10));
  settle();
  expect(b.cellOf('follower')?.state).toEqual({ batches: expected });
});
