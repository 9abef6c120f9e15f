import { readFileSync } from 'node:fs';
import { defineActor, milliseconds, named, Simulation } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { EtcdAnswer, EtcdRequest, KeyValue, OperationReply } from '../api/etcd-requests.js';
import type { WatchBroken, WatchMessage, WatchResponse } from '../api/etcd-watch.js';
import { etcd } from './etcd.js';
import { rawBytes } from './range.js';

/** What real etcd 3.6 answered (test/golden/etcd/README.md). */
interface Conversation {
  readonly name: string;
  readonly quota?: number;
  readonly progressMilliseconds?: number;
  readonly steps: readonly { readonly request: Recorded; readonly answer: unknown }[];
}
type Recorded = Readonly<Record<string, unknown>>;

/** A stream of watches: what is asked at once, what others ask meanwhile, and how long the recorder waited. */
interface RecordedStream {
  readonly requests: readonly Recorded[];
  readonly meanwhile?: readonly Recorded[];
  readonly wait?: number;
}

const CONVERSATIONS = JSON.parse(readFileSync(new URL('../../../../test/golden/etcd/conversations.json', import.meta.url), 'utf8')) as readonly Conversation[];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A recorded request, with its values as bytes. */
const requestOf = (recorded: Readonly<Record<string, unknown>>): EtcdRequest => {
  const { value, repeat, ...rest } = recorded;
  const out: Record<string, unknown> = { ...rest };
  if (recorded.type === 'put') Object.assign(out, { header: {}, value: bytes(String(value).repeat(Number(repeat ?? 1))) });
  for (const branch of ['success', 'failure']) if (Array.isArray(recorded[branch])) out[branch] = (recorded[branch] as Record<string, unknown>[]).map(requestOf);
  if (Array.isArray(recorded.compare)) out.compare = (recorded.compare as Record<string, unknown>[]).map((compare) => (compare.target === 'value' ? { ...compare, value: bytes(String(compare.value)) } : compare));
  return out as unknown as EtcdRequest;
};

const kvOf = (kv: KeyValue): object => {
  const { key, createRevision, revision, version, lease } = kv.header;
  const text = new TextDecoder().decode(rawBytes(kv));
  return { key, value: text.length > 100 ? `${text.slice(0, 10)}... ${text.length}` : text, create: createRevision, mod: revision, version, lease };
};

/** The event of a deletion has its key and revision alone, where ours has the last value too. */
const eventOf = ({ type, kv, prevKv }: { readonly type: 'put' | 'delete'; readonly kv: KeyValue; readonly prevKv?: KeyValue }): object => ({
  type, kv: type === 'put' ? kvOf(kv) : { key: kv.header.key, value: '', create: 0, mod: kv.header.revision, version: 0, lease: 0 }, ...(prevKv && { prevKv: kvOf(prevKv) }),
});

const operationOf = (reply: OperationReply, inner = false): object => {
  switch (reply.type) {
    case 'put':
      return { revision: reply.revision, ...(reply.prevKv && { prevKv: kvOf(reply.prevKv) }) };
    case 'range':
      return { revision: reply.revision, kvs: reply.kvs.map(kvOf), more: reply.more, count: reply.count };
    case 'delete-range':
      return { revision: reply.revision, deleted: reply.deleted.length, ...(reply.prevKvs && reply.prevKvs.length > 0 && { prevKvs: reply.prevKvs.map(kvOf) }) };
    case 'txn':
      // That of an inner transaction has no header.
      return { revision: inner ? 0 : reply.revision, succeeded: reply.succeeded, responses: reply.responses.map((each) => operationOf(each, true)) };
  }
};

const answerOf = (request: EtcdRequest, reply: EtcdAnswer): unknown => {
  switch (reply.type) {
    case 'refused':
      return request.type === 'history' && reply.code === 'compacted' ? { compacted: reply.revision } : { error: reply.message };
    case 'put':
    case 'range':
    case 'delete-range':
    case 'txn':
      return operationOf(reply);
    case 'compacted':
      return { revision: reply.revision };
    case 'history':
      return { events: reply.events.map(eventOf) };
    case 'leases':
      return { ids: reply.ids };
    case 'alarms':
      return { alarms: reply.alarms };
    case 'lease':
      if (request.type === 'lease-revoke') return { revision: reply.revision };
      if (request.type === 'lease-grant') return { id: reply.id, ttl: reply.ttl };
      return { id: reply.id, exists: reply.ttl >= 0, grantedTtl: reply.grantedTtl ?? 0, keys: reply.keys ?? [] };
    default:
      return reply;
  }
};

/** Opens a stream, and keeps what it is sent. */
const watcher = defineActor<{ readonly requests: readonly Recorded[] }, { readonly responses: WatchResponse[] }, WatchResponse | WatchBroken>({
  kind: 'watcher',
  start: ({ requests }, context) => {
    for (const each of requests) context.send(named<WatchMessage>('etcd'), { client: context.self, stream: 1, ...each } as unknown as WatchMessage);
    return { responses: [] };
  },
  receive: {
    'watch-response': ({ responses }, response, context) => {
      responses.push(response);
      if (context.caller !== undefined) context.reply(context.caller, { type: 'watch-taken' });
    },
    // To a stream on which no watch was created the real one says nothing; here there is none, and the client is told so.
    'watch-broken': () => {},
  },
});

const responseOf = ({ watchId, revision, events, created, canceled, cancelReason, compactRevision, fragment }: WatchResponse): object => ({
  watchId, revision, events: events.map(eventOf),
  ...(created && { created }), ...(canceled && { canceled }), ...(cancelReason !== undefined && { cancelReason }), ...(compactRevision !== undefined && { compactRevision }), ...(fragment && { fragment }),
});

const follow = (sim: Simulation, name: string, { requests, meanwhile = [], wait = 500 }: RecordedStream): object => {
  sim.start([{ name, kind: 'watcher', config: { requests } }]);
  sim.advance(milliseconds(200));
  for (const each of meanwhile) sim.ask(named<EtcdRequest>('etcd'), requestOf(each));
  sim.advance(milliseconds(wait));
  return { responses: sim.stateOf<{ readonly responses: readonly WatchResponse[] }>(name).responses.map(responseOf) };
};

describe('etcd answers as the real one did', () => {
  it.each(CONVERSATIONS.map((conversation) => [conversation.name, conversation] as const))('%s', (_, { quota, progressMilliseconds, steps }) => {
    const sim = new Simulation({ seed: 1, definitions: [etcd, watcher] });
    sim.start([{ name: 'etcd', kind: 'etcd', config: { ...(quota !== undefined && { quotaBytes: quota }), ...(progressMilliseconds !== undefined && { watchProgressInterval: milliseconds(progressMilliseconds) }) } }]);
    const said = steps.map(({ request: recorded }, i) => {
      if (recorded.type === 'watch') return { request: recorded, answer: follow(sim, `watcher/${i}`, recorded as unknown as RecordedStream) };
      const request = requestOf(recorded);
      const answer = answerOf(request, sim.ask(named<EtcdRequest>('etcd'), request) as EtcdAnswer);
      return { request: recorded, answer };
    });
    const wrong = steps.flatMap(({ request, answer }, i) => {
      return JSON.stringify(sortedKeys(answer)) === JSON.stringify(sortedKeys(said[i]?.answer)) ? [] : [`${JSON.stringify(request).slice(0, 500)}: the real one said ${JSON.stringify(answer)}, not ${JSON.stringify(said[i]?.answer)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('has as many cases as were recorded', () => {
    expect([CONVERSATIONS.length, CONVERSATIONS.reduce((sum, { steps }) => sum + steps.length, 0)]).toEqual([18, 497]);
  });
});

const sortedKeys = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortedKeys);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, sortedKeys(part)]));
};
