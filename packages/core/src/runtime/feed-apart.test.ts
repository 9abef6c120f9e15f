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

const AS_THEY_COME = [[1], [2], [3], [4], [5]];
const A_SECOND_APART = [[1], [2, 3, 4], [5]];

it.each([
  { asked: [undefined], expected: [AS_THEY_COME] },
  { asked: [1000], expected: [A_SECOND_APART] },
  { asked: [undefined, 1000, 1000], expected: [AS_THEY_COME, A_SECOND_APART, A_SECOND_APART] },
  { asked: [1000, undefined, 1000], expected: [A_SECOND_APART, AS_THEY_COME, A_SECOND_APART] },
])('batches between hosts are at least as far apart as their follower asked, whoever else follows there ($asked ms)', ({ asked, expected }) => {
  let now = instantOf(0);
  const hosts = new Map<string, Host>();
  let followedFromB = 0;
  const onWay: { from: string; to: string; item: PeerItem }[] = [];
  const start = (name: string): Host => {
    const other = name === 'a' ? 'b' : 'a';
    const send = (item: PeerItem): boolean => {
      followedFromB += item.item === 'subscribe' ? 1 : item.item === 'unsubscribe' ? -1 : 0;
      return onWay.push({ from: name, to: other, item }) > 0;
    };
    const peers: Peers = { toActor: (_actor, item) => send(item), toHost: (_host, item) => void send(item), toAll: (item) => void send(item), congested: () => false, hostCongested: () => false };
    const definitions = { owner, follower };
    const host = new Host({ name, index: hosts.size, incarnation: 1, seed: 1, clock: { now: () => now }, disks: new MemoryDisks(), peers, definitions: (wanted) => definitions[wanted as keyof typeof definitions] });
    hosts.set(name, host);
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
  const a = start('a');
  a.start({ name: 'owner', kind: 'owner', config: undefined });
  const b = start('b');
  const followers = asked.map((apart, i) => b.start({ name: `follower/${i}`, kind: 'follower', config: { apart } }));
  settle();
  for (const pause of [0, 300, 300, 300, 1500]) {
    now = later(now, milliseconds(pause));
    settle();
    a.port(`port/${now}`).send(named('owner'), { type: 'publish' });
    settle();
  }
  now = later(now, seconds(10));
  settle();
  expect(followers.map(({ state }) => (state as { readonly batches: number[][] }).batches)).toEqual(expected);
  // The owner's host is told once nobody follows any more, and not before.
  const last = followers.pop();
  for (const follower of followers) b.end(follower, false);
  settle();
  expect(followedFromB).toBeGreaterThan(0);
  if (last) b.end(last, false);
  settle();
  expect(followedFromB).toBe(0);
});
