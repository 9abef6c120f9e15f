import { type ActorContext, Encoded, type FeedEntry, type Instant, instantOf, Random } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Pod } from '../api/generated/types.js';
import type { ObjectHeader } from '../api/object.js';
import type { Stored } from '../api/requests.js';
import { defineInformer, indexed, informerGroup, noInformers, objectsOf, type WithInformers } from './informer.js';

interface Watcher extends WithInformers {
  readonly told: string[];
}

const PODS = defineInformer<Watcher, Pod>({
  resource: 'pods',
  indexes: { node: ({ value }) => value.spec.nodeName },
  changed: (state, former, current) => {
    const header = (current ?? former)?.header;
    state.told.push(`${former === undefined ? 'added' : current === undefined ? 'deleted' : 'updated'} ${header?.name}@${header?.revision}`);
  },
});

const CLIENT = { user: { name: 'test', groups: [] }, fieldManager: 'test' };

const pod = (name: string, revision: number, node = 'node-1', change: ObjectHeader['change'] = 'updated', uid = name): Stored<Pod> => {
  const header: ObjectHeader = { resource: 'pods', namespace: 'default', name, uid, change, keys: [], revision, createRevision: 1 };
  return Encoded.ofValue<ObjectHeader, Pod>(header, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid }, spec: { containers: [], nodeName: node } });
};

/** Runs the group's flows by hand: each answer to a list is the next of `lists`. */
class Stage {
  readonly state: Watcher = { informers: noInformers(), told: [] };
  readonly subscriptions: { readonly after: number; readonly key?: string }[] = [];
  readonly waits: number[] = [];
  readonly group = informerGroup<Watcher>([PODS], () => CLIENT, () => this.state.told.push('synced'));
  now: Instant = instantOf(0);
  readonly #lists: (readonly [revision: number, items: readonly Stored[]] | undefined)[];

  constructor(...lists: (readonly [revision: number, items: readonly Stored[]] | undefined)[]) {
    this.#lists = lists;
    this.group.start(this.state, this.context);
  }

  get context(): ActorContext {
    return {
      now: this.now,
      random: Random.named(1, 'test'),
      run: <A>(flow: (argument: A) => Generator<unknown, void, unknown>, argument: A) => this.#drive(flow(argument)),
      subscribe: (_owner: unknown, _feed: string, options: { after: number }) => this.subscriptions.push(options),
    } as unknown as ActorContext;
  }

  feed(revision: number, ...items: readonly Stored[]): void {
    const entries = items.map((value): FeedEntry => ({ revision: value.header.revision, keys: [], value }));
    this.group.feed(this.state, { subscription: this.subscriptions.length, feed: 'pods', entries, revision }, this.context);
  }

  ended(reason: 'gone' | 'reset'): void {
    this.group.feedEnded(this.state, { subscription: this.subscriptions.length, feed: 'pods', reason }, this.context);
  }

  #drive(flow: Generator<unknown, void, unknown>): void {
    let answer: unknown;
    for (;;) {
      const { done, value } = flow.next(answer);
      if (done === true) return;
      const effect = value as { effect: string; duration?: number; step?: (state: Watcher, context: ActorContext) => unknown };
      answer = undefined;
      if (effect.effect === 'atomically') answer = effect.step?.(this.state, this.context);
      else if (effect.effect === 'sleep') this.waits.push(effect.duration ?? 0);
      else {
        const list = this.#lists.shift();
        answer = list === undefined ? { type: 'failure', reason: 'unavailable' } : { type: 'list', revision: list[0], items: list[1] };
      }
    }
  }
}

test('an informer lists, says when it is synced, and follows the feed from the revision of the list', () => {
  const stage = new Stage([7, [pod('a', 3), pod('b', 5)]]);
  expect(stage.state.told).toEqual(['added a@3', 'added b@5', 'synced']);
  expect(stage.subscriptions).toEqual([{ after: 7 }]);
  stage.feed(9, pod('a', 8, 'node-2'), pod('b', 9, 'node-1', 'deleted'));
  expect(stage.state.told.slice(3)).toEqual(['updated a@8', 'deleted b@9']);
});

test('an index follows its objects when their value changes', () => {
  const stage = new Stage([7, [pod('a', 3), pod('b', 5)]]);
  const on = (node: string) => [...indexed(stage.state.informers, PODS, 'node', node).keys()];
  expect(on('node-1')).toEqual(['default/a', 'default/b']);
  stage.feed(8, pod('a', 8, 'node-2'));
  expect([on('node-1'), on('node-2')]).toEqual([['default/b'], ['default/a']]);
  stage.feed(9, pod('a', 9, 'node-2', 'deleted'));
  expect(on('node-2')).toEqual([]);
});

test('after a reset it resumes from the last revision that it has seen', () => {
  const stage = new Stage([7, [pod('a', 3)]]);
  stage.feed(12);
  stage.now = instantOf(60_000);
  stage.ended('reset');
  expect(stage.subscriptions).toEqual([{ after: 7 }, { after: 12 }]);
  expect(stage.waits).toEqual([]);
});

test('a link that is reset again at once is tried after 0.8 s, 1.6 s and so on, up to twice as long by chance', () => {
  const stage = new Stage([7, []]);
  for (let i = 0; i < 3; i++) stage.ended('reset');
  expect(stage.waits).toHaveLength(3);
  stage.waits.forEach((wait, i) => {
    expect(wait).toBeGreaterThanOrEqual(800 * 2 ** i);
    expect(wait).toBeLessThan(1600 * 2 ** i);
  });
});

test('when the log no longer reaches back it lists anew and tells what was missed', () => {
  const stage = new Stage([7, [pod('a', 3), pod('b', 5), pod('c', 6)]], [20, [pod('a', 3), pod('b', 15), pod('d', 18)]]);
  stage.state.told.length = 0;
  stage.ended('gone');
  expect(stage.state.told).toEqual(['deleted c@6', 'updated b@15', 'added d@18']);
  expect(stage.subscriptions[1]).toEqual({ after: 20 });
});

test('an object that was deleted and created again meanwhile is told as both', () => {
  const stage = new Stage([7, [pod('a', 3)]], [20, [pod('a', 12, 'node-1', 'created', 'another-uid')]]);
  stage.state.told.length = 0;
  stage.ended('gone');
  expect(stage.state.told).toEqual(['deleted a@3', 'added a@12']);
});

test('what a feed repeats of the list is told once, and nothing goes back to an older revision', () => {
  const stage = new Stage([7, [pod('a', 7)]]);
  stage.feed(8, pod('a', 7), pod('a', 5, 'node-9'));
  expect(stage.state.told).toEqual(['added a@7', 'synced']);
  expect(objectsOf(stage.state.informers, PODS).get('default/a')?.header.revision).toBe(7);
});

test('a list that fails is tried again until the API server answers', () => {
  const stage = new Stage(undefined, undefined, [7, [pod('a', 3)]]);
  expect(stage.waits).toHaveLength(2);
  expect(stage.state.told).toEqual(['added a@3', 'synced']);
});
