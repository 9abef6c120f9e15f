import { codec, type FeedEntry, kindOfName, type Message, type Observer, type PeerItem, type Reporter } from '@naumachia/core';
import type { ApiReply, ApiRequest, ObjectHeader } from '@naumachia/actors';
import { type Histogram, newHistogram, record } from './histogram.js';
import { type HostSample, hostSamples } from './host-samples.js';
import { type DurationsOverTime, recordAt } from './over-time.js';
import { type PodStages, watchPods } from './pod-stages.js';
import { isReady } from './ready-node.js';
import { statesSeen, type StatesSeen } from './states.js';

/** What one host has seen of a run; plain data, added up over the hosts by `addObservations`. */
export interface Observed {
  /** Messages by `sender kind > receiver kind`. */
  readonly messages: Readonly<Record<string, number>>;
  /** Batches of watched entries that were handled here, and the entries in them, by `owner > watcher kind`. */
  readonly watched: Readonly<Record<string, { readonly batches: number; readonly entries: number }>>;
  /** Bytes that left this host, by pair: measured on every 64th frame and scaled to all. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly frames: { readonly count: number; readonly items: number; readonly bytes: number };
  /** Latency of API requests from mailbox to answer, by `verb resource`. */
  readonly api: Readonly<Record<string, Histogram>>;
  /** The same over time, since `apiSince` (milliseconds since the epoch). */
  readonly apiOverTime: { readonly reads: DurationsOverTime; readonly writes: DurationsOverTime };
  readonly apiSince: number | undefined;
  /** Writes that the API server answered, by component kind. */
  readonly writes: Readonly<Record<string, number>>;
  /** Milliseconds in handlers, and steps, by component kind. */
  readonly busy: Readonly<Record<string, { readonly milliseconds: number; readonly steps: number }>>;
  /** When every 64th revision was published here, and when each was first and last handed to a watcher here. */
  readonly published: Readonly<Record<number, number>>;
  readonly fed: Readonly<Record<number, { readonly last: number; readonly watchers: number }>>;
  /** The same of every change of EndpointSlices, and how many kube-proxies of this host have it in force. */
  readonly slicesPublished: Readonly<Record<number, number>>;
  readonly slicesFed: Readonly<Record<number, { readonly last: number; readonly proxies: number }>>;
  readonly pods: PodStages;
  /** Nodes whose Ready condition has become true, and when the last did. */
  readonly nodes: { readonly ready: number; readonly lastReady: number | undefined };
  readonly failures: number;
  readonly dropped: number;
  readonly states: StatesSeen;
  readonly samples: readonly HostSample[];
}

const SLICES = 'endpointslices.discovery.k8s.io';
const SLICES_STEP = `feed ${SLICES}`;
const API_SERIES_MS = 1000;
const FRAME_SAMPLE = 64;
const REVISION_SAMPLE = 64;
const RENEWAL = 'update leases.coordination.k8s.io';
const VERBS = new Set<ApiRequest['type']>(['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection']);
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** A binding and a deletion are answered with a Status too, which says that all went well. */
const isRefusal = (answer: Message): boolean => answer.type === 'failure' || (answer.type === 'status' && (answer as Extract<ApiReply, { type: 'status' }>).status.status === 'Failure');

const now = (): number => performance.timeOrigin + performance.now();

/** How far a run has come, seen at the API server. */
export interface Glance {
  readonly nodesReady: number;
  /** When the last of them became Ready (milliseconds since the epoch). */
  readonly lastReady: number | undefined;
  readonly podsRunning: number;
  /** Without the renewals of leases, which never end. */
  readonly writes: number;
}

/** Measures a host. What it costs is part of every figure of the benchmark. */
export const reporter = (): Reporter => {
  const messages = new Map<string, Map<string, number>>();
  const kinds = new Map<string, string>();
  const kind = (actor: string): string => {
    let known = kinds.get(actor);
    if (known === undefined) kinds.set(actor, (known = kindOfName(actor)));
    return known;
  };
  const bytes: Record<string, number> = {};
  const frames = { count: 0, items: 0, bytes: 0 };
  let sampled = 0;
  const api: Record<string, Histogram> = {};
  const apiOverTime = { reads: { everyMs: API_SERIES_MS, intervals: [] }, writes: { everyMs: API_SERIES_MS, intervals: [] } } satisfies Record<string, DurationsOverTime>;
  let apiSince: number | undefined;
  const watched = new Map<string, { batches: number; entries: number }>();
  const writes: Record<string, number> = {};
  const busy = new Map<string, { milliseconds: number; steps: number }>();
  const hostOverTime = hostSamples(busy, now);
  const arrived = new Map<string, { readonly at: number; readonly what: string; readonly writer: string | undefined }>();
  const published: Record<number, number> = {};
  const fed: Record<number, { last: number; watchers: number }> = {};
  const slicesPublished: Record<number, number> = {};
  const slicesFed: Record<number, { last: number; proxies: number }> = {};
  const pods = watchPods();
  const readyNodes = new Set<string>();
  let lastReady: number | undefined;
  let handled: readonly FeedEntry[] | undefined;
  let renewals = 0;
  let failures = 0;
  let dropped = 0;

  const observer: Observer = {
    posted(envelope) {
      const from = kind(envelope.from.actor);
      let row = messages.get(from);
      if (!row) messages.set(from, (row = new Map()));
      const to = kind(envelope.to.actor);
      row.set(to, (row.get(to) ?? 0) + 1);
      if (envelope.kind === 'reply' && envelope.from.actor === 'apiserver') {
        const key = `${envelope.slot}/${envelope.to.actor}`;
        const request = arrived.get(key);
        if (!request) return;
        arrived.delete(key);
        if (request.what === RENEWAL && envelope.message.type !== 'status') renewals++;
        const answered = now();
        record((api[request.what] ??= newHistogram()), answered - request.at);
        recordAt(request.writer === undefined ? apiOverTime.reads : apiOverTime.writes, answered - (apiSince ??= request.at), answered - request.at);
        if (request.writer !== undefined && !isRefusal(envelope.message)) writes[request.writer] = (writes[request.writer] ?? 0) + 1;
      }
    },
    received(envelope) {
      if (envelope.kind !== 'request' || envelope.to.actor !== 'apiserver') return;
      const request = envelope.message as ApiRequest;
      if (!VERBS.has(request.type)) return;
      const subresource = 'subresource' in request && request.subresource !== undefined ? `/${request.subresource}` : '';
      arrived.set(`${envelope.slot}/${envelope.from.actor}`, { at: now(), what: `${request.type} ${request.resource}${subresource}`, writer: WRITES.has(request.type) ? kind(envelope.from.actor) : undefined });
    },
    stepped(actor, step, microseconds) {
      // A kube-proxy that has handled a batch routes by it from here on.
      if (handled !== undefined && step === SLICES_STEP) {
        for (const { revision } of handled) {
          const seen = (slicesFed[revision] ??= { last: 0, proxies: 0 });
          seen.last = now();
          seen.proxies++;
        }
        handled = undefined;
      }
      const name = kind(actor.actor);
      let used = busy.get(name);
      if (!used) busy.set(name, (used = { milliseconds: 0, steps: 0 }));
      used.milliseconds += microseconds / 1000;
      used.steps++;
      hostOverTime.stepped(microseconds);
    },
    published(owner, feed, entries) {
      if (owner.actor !== 'apiserver') return;
      const at = now();
      for (const { revision } of entries) if (revision % REVISION_SAMPLE === 0) published[revision] = at;
      if (feed === 'pods') pods.see(entries, at);
      if (feed === SLICES) for (const { revision } of entries) slicesPublished[revision] = at;
      if (feed !== 'nodes' || readyNodes.size >= 100_000) return;
      for (const { value } of entries) {
        const { name } = value.header as ObjectHeader;
        if (readyNodes.has(name) || !isReady(value.value)) continue;
        readyNodes.add(name);
        lastReady = at;
      }
    },
    fed(subscriber, batch) {
      const watcher = kind(subscriber.actor);
      let seen = watched.get(watcher);
      if (!seen) watched.set(watcher, (seen = { batches: 0, entries: 0 }));
      seen.batches++;
      seen.entries += batch.entries.length;
      if (batch.feed === 'kv') return;
      if (batch.feed === SLICES && watcher === 'kube-proxy') handled = batch.entries;
      for (const { revision } of batch.entries) {
        if (revision % REVISION_SAMPLE !== 0) continue;
        const handed = (fed[revision] ??= { last: 0, watchers: 0 });
        handed.last = now();
        handed.watchers++;
      }
    },
    framed(_host, items, size) {
      frames.count++;
      frames.items += items.length;
      frames.bytes += size;
      if (frames.count % FRAME_SAMPLE !== 1) return;
      sampled += size;
      for (const item of items) {
        const pair = pairOf(item, kind);
        bytes[pair] = (bytes[pair] ?? 0) + codec().encode(item).length;
      }
    },
    failed() {
      failures++;
    },
    dropped() {
      dropped++;
    },
  };

  return {
    observer,
    glance: (): Glance => ({ nodesReady: readyNodes.size, lastReady, podsRunning: pods.stages.running, writes: Object.values(writes).reduce((sum, count) => sum + count, 0) - renewals }),
    report: (states): Observed => {
      const scale = sampled === 0 ? 0 : frames.bytes / Math.max(1, Object.values(bytes).reduce((sum, part) => sum + part, 0));
      return {
        messages: Object.fromEntries([...messages].flatMap(([from, row]) => [...row].map(([to, count]) => [`${from} > ${to}`, count]))),
        // The API server follows etcd, and all others follow the API server.
        watched: Object.fromEntries([...watched].map(([watcher, seen]) => [`${watcher === 'apiserver' ? 'etcd' : 'apiserver'} > ${watcher}`, seen])),
        bytes: Object.fromEntries(Object.entries(bytes).map(([pair, part]) => [pair, Math.round(part * scale)])),
        frames: { ...frames },
        api,
        apiOverTime,
        apiSince,
        writes,
        busy: Object.fromEntries(busy),
        published,
        fed,
        slicesPublished,
        slicesFed,
        pods: pods.stages,
        nodes: { ready: readyNodes.size, lastReady },
        failures,
        dropped,
        states: statesSeen(states),
        samples: hostOverTime.upToNow(),
      };
    },
  };
};

const pairOf = (item: PeerItem, kind: (actor: string) => string): string => {
  if (item.item === 'envelope') return `${kind(item.envelope.from.actor)} > ${kind(item.envelope.to.actor)}`;
  if (item.item === 'entries') return 'apiserver > watchers';
  return 'hosts';
};
