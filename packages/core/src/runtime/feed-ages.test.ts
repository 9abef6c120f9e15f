import { expect, it } from 'vitest';
import { Encoded } from '../encoded.js';
import { type Instant, instantOf, later, minutes, seconds } from '../time.js';
import { Feeds } from './feeds.js';

const LEAST = 100;

it('a feed drops the entries that have grown old, but for the last hundred', () => {
  let now: Instant = instantOf(0);
  const feeds = new Feeds(() => now);
  const feed = feeds.open({ actor: 'owner', incarnation: 1 }, 'numbers', 0, { limit: 10_000, fresh: seconds(80) });
  const pass = (count: number): void => {
    for (let i = 0; i < count; i++) {
      now = later(now, seconds(1));
      feeds.flush();
    }
  };
  let revision = 0;
  const publish = (count: number): void => {
    for (let i = 0; i < count; i++) feeds.publish(feed, [{ revision: ++revision, keys: [], value: Encoded.ofValue({}, {}) }]);
  };
  publish(300);
  pass(79);
  expect(feed.entries).toHaveLength(300);
  publish(500);
  pass(20);
  expect(feed.entries[0]?.revision).toBe(301);
  expect(feed.droppedThrough).toBe(300);
  // Nothing more is published: what is there grows old all the same.
  pass(100);
  expect(feed.entries).toHaveLength(LEAST);
  expect(feed.droppedThrough).toBe(800 - LEAST);
  expect(feeds.subscribe(1, feed, { after: 699 }, { subscriber: feed.owner, deliver: () => undefined, end: () => undefined })).toBeUndefined();
  publish(1);
  pass(200);
  expect(feed.entries[0]?.revision).toBe(802 - LEAST);
});

it('a feed without a freshness keeps what its limit allows', () => {
  let now = instantOf(0);
  const feeds = new Feeds(() => now);
  const feed = feeds.open({ actor: 'owner', incarnation: 1 }, 'numbers', 0, { limit: 1000 });
  for (let revision = 1; revision <= 500; revision++) feeds.publish(feed, [{ revision, keys: [], value: Encoded.ofValue({}, {}) }]);
  now = later(now, minutes(60));
  feeds.flush();
  expect(feed.entries).toHaveLength(500);
});
