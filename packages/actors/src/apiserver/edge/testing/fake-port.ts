import { Encoded, instantOf, type Failure, type FeedEntry, type FeedFollower, type Message, type Port, type SubscribeOptions } from '@naumachia/core';
import type { KubernetesObject, ObjectHeader } from '../../../api/object.js';
import type { ApiReply, ApiRequest, Stored } from '../../../api/requests.js';

export interface Following {
  readonly feed: string;
  readonly options: SubscribeOptions;
  readonly follower: FeedFollower;
  stopped: boolean;
  /** It has been told of everything up to here. */
  seen: number;
}

/** A port whose answers a test gives; it remembers what was asked and who follows which feed. */
export class FakePort implements Port {
  readonly asked: ApiRequest[] = [];
  readonly following: Following[] = [];
  readonly #published: FeedEntry[] = [];
  answer: (request: ApiRequest) => ApiReply | Failure | Promise<ApiReply | Failure> = () => ({ type: 'list', revision: 1, items: [] });

  now(): ReturnType<Port['now']> {
    return instantOf(Date.parse('2026-01-01T00:10:00Z'));
  }

  send(): void {}

  async request(_to: unknown, message: Message): Promise<never> {
    this.asked.push(message as ApiRequest);
    return (await this.answer(message as ApiRequest)) as never;
  }

  subscribe(_owner: unknown, feed: string, options: SubscribeOptions, follower: FeedFollower): () => void {
    const following: Following = { feed, options, follower, stopped: false, seen: options.after };
    this.following.push(following);
    setImmediate(() => this.#deliver(following));
    return () => {
      following.stopped = true;
    };
  }

  /** Publishes changes to everybody who follows, and to those who will. */
  publish(...changes: readonly Stored[]): void {
    for (const value of changes) this.#published.push({ revision: value.header.revision, keys: value.header.keys, value: value as unknown as Encoded });
    for (const each of this.following) this.#deliver(each);
  }

  #deliver(to: Following): void {
    const entries = this.#published.filter(({ revision }) => revision > to.seen);
    const revision = entries.at(-1)?.revision;
    if (to.stopped || revision === undefined) return;
    to.seen = revision;
    to.follower.batch({ subscription: 1, feed: to.feed, entries, revision });
  }
}

/** A config map as the store holds it. */
export const configMap = (name: string, revision: number, change: ObjectHeader['change'], labels?: Record<string, string>, data?: Record<string, string>): Stored => {
  const header: ObjectHeader = { resource: 'configmaps', namespace: 'default', name, uid: `uid-${name}`, change, keys: [], revision, createRevision: 1, ...(labels && { labels }) };
  const value: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z', ...(labels && { labels }) },
    ...(data && { data }),
  };
  return Encoded.ofValue(header, value);
};
