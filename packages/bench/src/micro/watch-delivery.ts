import { type Address, defineActor, Encoded, type FeedEntry, Host, MemoryDisks, named, wallClock } from '@naumachia/core';
import type { SuiteTask } from './suite.js';

const WATCHERS = 1000;
/** Changes of one turn, as the API server publishes them while pods start by the hundred. */
const CHANGES = 64;
const FEED = 'pods';
const OWNER = named<Publish>('owner');

interface Publish {
  readonly type: 'publish';
  readonly entries: readonly FeedEntry[];
}

const owner = defineActor<null, null, Publish>({
  kind: 'owner',
  start: (_, context) => {
    context.openFeed(FEED, 0, { limit: 4096 });
    return null;
  },
  receive: { publish: (_, { entries }, context) => context.publish(FEED, entries) },
});

const watcher = defineActor<{ readonly key?: string }, { seen: number }, never>({
  kind: 'watcher',
  start: ({ key }, context) => {
    context.subscribe(OWNER as Address, FEED, { after: 0, ...(key !== undefined && { key }) });
    return { seen: 0 };
  },
  receive: {},
  signals: {
    feed: (state, { entries }) => {
      state.seen += entries.length;
    },
  },
});

const keyOf = (node: number): string => `spec.nodeName=node-${node}`;

/** One host with a feed and a thousand watchers, which see `perChange` of each change together. */
const delivery = (name: string, keyed: boolean, perChange: number): SuiteTask => {
  const host = new Host({ name: 'bench', index: 1, incarnation: 1, seed: 1, clock: wallClock, definitions: (kind) => (kind === 'owner' ? owner : watcher), disks: new MemoryDisks(), observer: {} });
  const work = (): void => {
    do {
      while (host.step());
      host.feeds.flush();
    } while (host.hasReady || !host.feeds.idle);
  };
  host.start({ name: 'owner', kind: 'owner', config: null });
  const cells = Array.from({ length: WATCHERS }, (_, node) => host.start({ name: `watcher/${node}`, kind: 'watcher', config: keyed ? { key: keyOf(node) } : {} }));
  work();
  const port = host.port('bench');
  const seen = (): number => cells.reduce((sum, { state }) => sum + (state as { readonly seen: number }).seen, 0);
  const value = Encoded.ofValue({}, { kind: 'Pod' });
  let revision = 0;
  return {
    name,
    operations: CHANGES * perChange,
    run: () => {
      const before = seen();
      port.send(OWNER, { type: 'publish', entries: Array.from({ length: CHANGES }, () => ({ revision: ++revision, keys: [keyOf(revision % WATCHERS)], value })) });
      work();
      if (seen() - before !== CHANGES * perChange) throw new Error(`${seen() - before} of ${CHANGES * perChange} changes were delivered`);
    },
  };
};

/** From publication to the handlers of those who watch. */
export const watchDeliveryTasks = (): SuiteTask[] => [
  delivery(`changes to ${WATCHERS} who watch all, ${CHANGES} in a turn`, false, WATCHERS),
  delivery(`changes to the one of ${WATCHERS} who watches its key, ${CHANGES} in a turn`, true, 1),
];
