import { expect, it } from 'vitest';
import { named } from '../address.js';
import { defineActor } from '../actor.js';
import { Encoded } from '../encoded.js';
import type { Message } from '../message.js';
import { instantOf } from '../time.js';
import type { Cell } from './cell.js';
import { Host } from './host.js';
import { MemoryDisks } from './memory-disks.js';

interface State {
  readonly handled: string[];
  revision: number;
}

const LAST = 4;

const publish = (state: State): { revision: number; keys: string[]; value: Encoded }[] => [{ revision: ++state.revision, keys: [], value: Encoded.ofValue({}, {}) }];

/** Publishes the next number whenever it hears of one, and so publishes to a feed while that is being handed out. */
const echo = defineActor<undefined, State, Message>({
  kind: 'echo',
  start: (_config, context) => {
    context.openFeed('numbers', 0, { limit: 100 });
    context.subscribe(context.self, 'numbers', { after: 0 });
    return { handled: [], revision: 0 };
  },
  receive: { begin: (state, _message, context) => context.publish('numbers', publish(state)) },
  signals: {
    feed: (state, batch, context) => {
      state.handled.push(...batch.entries.map(({ revision }) => `${revision}/${batch.revision}`));
      if (state.revision < LAST) context.publish('numbers', publish(state));
    },
  },
});

const follower = defineActor<undefined, State, Message>({
  kind: 'follower',
  start: (_config, context) => {
    context.subscribe(named('echo'), 'numbers', { after: 0 });
    return { handled: [], revision: 0 };
  },
  receive: { said: (state) => void state.handled.push('said') },
  signals: { feed: (state, batch) => void state.handled.push(...batch.entries.map(({ revision }) => String(revision))) },
});

const hostOf = (): Host => {
  const definitions = { echo, follower };
  const now = instantOf(0);
  const host = new Host({ name: 'a', index: 0, incarnation: 1, seed: 1, clock: { now: () => now }, disks: new MemoryDisks(), definitions: (kind) => definitions[kind as keyof typeof definitions] });
  for (const kind of Object.keys(definitions)) host.start({ name: kind, kind, config: undefined });
  return host;
};

const settle = (host: Host): void => {
  do {
    while (host.step());
    host.feeds.flush();
  } while (host.hasReady || !host.feeds.idle);
};

const handledBy = (host: Host, actor: string): readonly string[] => ((host.cells.get(actor) as Cell).state as State).handled;

it('what is published while a feed is handed out comes once, in the next batch', () => {
  const host = hostOf();
  settle(host);
  host.port('port').send(named('echo'), { type: 'begin' });
  settle(host);
  expect(handledBy(host, 'echo')).toEqual(['1/1', '2/2', '3/3', '4/4']);
  expect(handledBy(host, 'follower')).toEqual(['1', '2', '3', '4']);
});

it('a batch does not overtake what its receiver has yet to handle', () => {
  const host = hostOf();
  settle(host);
  const port = host.port('port');
  port.send(named('echo'), { type: 'begin' });
  while (host.step());
  port.send(named('follower'), { type: 'said' });
  host.feeds.flush();
  settle(host);
  expect(handledBy(host, 'follower')[0]).toBe('said');
  expect(handledBy(host, 'follower').slice(1)).toEqual(['1', '2', '3', '4']);
});
