import { codec, type FeedEntry, kindOfName, type Observer, type PeerItem, type Reporter } from '@naumachia/core';
import type { ObjectHeader } from '@naumachia/actors';
import { watchApi } from './api-latencies.js';
import type { Histogram } from './histogram.js';
import { type HostSample, hostSamples } from './host-samples.js';
import { API_SERVER, kindNumbers } from './kind-numbers.js';
import type { DurationsOverTime } from './over-time.js';
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
const FRAME_SAMPLE = 64;
const REVISION_SAMPLE = 64;

/** How far a run has come, seen at the API server. */
export interface Glance {
  readonly nodesReady: number;
  /** When the last of them became Ready (milliseconds since the epoch). */
  readonly lastReady: number | undefined;
  readonly podsRunning: number;
  /** Without the renewals of leases, which never end. */
  readonly writes: number;
}

interface Busy {
  milliseconds: number;
  steps: number;
}

interface Watched {
  batches: number;
  entries: number;
}

/**
 * Measures a host. What it costs is part of every figure of the benchmark, so nothing here reads a clock: what happens in a step is as late
 * as the end of the step before, and an answer as the end of the step that gave it.
 */
export const reporter = (): Reporter => {
  const kinds = kindNumbers();
  const messages: number[][] = [];
  const bytes: Record<string, number> = {};
  const frames = { count: 0, items: 0, bytes: 0 };
  let sampled = 0;
  const api = watchApi();
  const watched = new Map<string, Watched>();
  const busy = new Map<string, Busy>();
  // By an actor's number on this host; those of a kind share one.
  const watchedOf: Watched[] = [];
  const busyOf: Busy[] = [];
  const isProxy: boolean[] = [];
  const hostOverTime = hostSamples(busy, () => performance.timeOrigin + performance.now());
  const published: Record<number, number> = {};
  const fed: Record<number, { last: number; watchers: number }> = {};
  const slicesPublished: Record<number, number> = {};
  const slicesFed: Record<number, { last: number; proxies: number }> = {};
  const pods = watchPods();
  const readyNodes = new Set<string>();
  let lastReady: number | undefined;
  /** The batch that the kube-proxy takes in whose step runs. */
  let handled: readonly FeedEntry[] | undefined;
  let inForce: { readonly entries: readonly FeedEntry[]; last: number; proxies: number } = { entries: [], last: 0, proxies: 0 };
  /** A field, for a variable that holds a fraction is a new number on the heap each time. */
  const time = { origin: performance.timeOrigin, stepEnded: performance.timeOrigin + performance.now() };
  let failures = 0;
  let dropped = 0;

  /** The host's time is that of its last look at the clock; a step may have ended since. */
  const latest = (now: number): number => (now > time.stepEnded ? now : time.stepEnded);

  /** Proxies of a host take in the same batch one after the other: they are counted together. */
  const foldInForce = (): void => {
    for (const { revision } of inForce.entries) {
      const seen = (slicesFed[revision] ??= { last: 0, proxies: 0 });
      seen.last = inForce.last;
      seen.proxies += inForce.proxies;
    }
  };

  const observer: Observer = {
    started({ actor }, _kind, _now, index) {
      const name = kinds.names[kinds.enter(index, actor)] as string;
      let used = busy.get(name);
      if (!used) busy.set(name, (used = { milliseconds: 0, steps: 0 }));
      let seen = watched.get(name);
      if (!seen) watched.set(name, (seen = { batches: 0, entries: 0 }));
      busyOf[index] = used;
      watchedOf[index] = seen;
      isProxy[index] = name === 'kube-proxy';
    },
    posted(envelope, _now, sender) {
      const from = sender === undefined ? kinds.of(envelope.from.actor) : (kinds.ofIndex[sender] as number);
      const request = envelope.kind === 'reply' && from === API_SERVER ? api.answered(envelope) : undefined;
      const to = request === undefined ? kinds.ofReceiver(envelope.to, from) : request.kind;
      const row = (messages[from] ??= []);
      row[to] = (row[to] ?? 0) + 1;
    },
    received(envelope, now) {
      if (envelope.kind === 'request' && envelope.to.actor === 'apiserver') api.arrived(envelope, kinds.of(envelope.from.actor), latest(now));
    },
    stepped(_actor, step, microseconds, index, ended) {
      time.stepEnded = time.origin + ended;
      if (api.unsettled.length > 0) api.settle(time.stepEnded);
      // A kube-proxy that has handled a batch routes by it from here on.
      if (handled !== undefined && step === SLICES_STEP) {
        if (inForce.entries !== handled) {
          foldInForce();
          inForce = { entries: handled, last: 0, proxies: 0 };
        }
        inForce.last = time.stepEnded;
        inForce.proxies++;
        handled = undefined;
      }
      const used = busyOf[index] as Busy;
      used.milliseconds += microseconds / 1000;
      used.steps++;
      hostOverTime.stepped(microseconds);
    },
    published(owner, feed, entries, now) {
      if (owner.actor !== 'apiserver') return;
      const at = latest(now);
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
    fed(_subscriber, { feed, entries }, now, index) {
      const seen = watchedOf[index] as Watched;
      seen.batches++;
      seen.entries += entries.length;
      if (feed === 'kv') return;
      if (isProxy[index] === true && feed === SLICES) handled = entries;
      for (const { revision } of entries) {
        if (revision % REVISION_SAMPLE !== 0) continue;
        const handed = (fed[revision] ??= { last: 0, watchers: 0 });
        handed.last = latest(now);
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
        const pair = pairOf(item);
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
    glance: (): Glance => ({ nodesReady: readyNodes.size, lastReady, podsRunning: pods.stages.running, writes: api.writes.reduce<number>((sum, count) => sum + (count ?? 0), 0) - api.renewals }),
    report: (states): Observed => {
      foldInForce();
      inForce = { entries: [], last: 0, proxies: 0 };
      const scale = sampled === 0 ? 0 : frames.bytes / Math.max(1, Object.values(bytes).reduce((sum, part) => sum + part, 0));
      const name = (kind: number): string => kinds.names[kind] as string;
      return {
        messages: Object.fromEntries(messages.flatMap((row, from) => row.map((count, to) => [`${name(from)} > ${name(to)}`, count] as const))),
        // The API server follows etcd, and all others follow the API server.
        watched: Object.fromEntries([...watched].filter(([, { batches }]) => batches > 0).map(([watcher, seen]) => [`${watcher === 'apiserver' ? 'etcd' : 'apiserver'} > ${watcher}`, seen])),
        bytes: Object.fromEntries(Object.entries(bytes).map(([pair, part]) => [pair, Math.round(part * scale)])),
        frames: { ...frames },
        api: api.byShape(),
        apiOverTime: api.overTime,
        apiSince: api.since,
        writes: Object.fromEntries(api.writes.flatMap((count, kind) => (count === undefined ? [] : [[name(kind), count]]))),
        busy: Object.fromEntries([...busy].filter(([, { steps }]) => steps > 0)),
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

const pairOf = (item: PeerItem): string => {
  if (item.item === 'envelope') return `${kindOfName(item.envelope.from.actor)} > ${kindOfName(item.envelope.to.actor)}`;
  if (item.item === 'entries') return 'apiserver > watchers';
  return 'hosts';
};
