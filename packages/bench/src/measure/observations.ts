import type { HostReport } from '@naumachia/core';
import { addHistogram, type Histogram, newHistogram, record } from './histogram.js';
import type { PodStages } from './pod-stages.js';
import type { Observed } from './reporter.js';
import type { StatesSeen } from './states.js';

/** What all hosts have seen together. */
export interface Observations {
  readonly messages: Record<string, number>;
  readonly watched: Record<string, { batches: number; entries: number }>;
  readonly bytes: Record<string, number>;
  readonly frames: { count: number; items: number; bytes: number };
  readonly api: Record<string, Histogram>;
  readonly apiOverTime: Observed['apiOverTime'] | undefined;
  readonly apiSince: number | undefined;
  readonly writes: Record<string, number>;
  readonly busy: Record<string, { milliseconds: number; steps: number }>;
  /** From the publication of a revision to its last watcher on a host. */
  readonly watchDelay: Histogram;
  readonly pods: PodStages | undefined;
  readonly nodes: { readonly ready: number; readonly lastReady: number | undefined };
  failures: number;
  dropped: number;
  scheduler: StatesSeen['scheduler'];
  /** From the publication of a change of endpoints until the last kube-proxy has it in force, by revision. */
  readonly endpointChanges: Record<number, { milliseconds: number; proxies: number }>;
  readonly programming: Histogram;
  proxies: number;
  lookupNanoseconds: number | undefined;
  readonly hosts: readonly HostReport[];
}

/** Adds up the reports of a run's hosts. */
export const combine = (hosts: readonly HostReport[]): Observations => {
  const seen = hosts.map((host) => host.observed as Observed | undefined).filter((observed) => observed !== undefined);
  const api = seen.find((observed) => observed.pods.created > 0 || observed.nodes.ready > 0);
  const total: Observations = {
    messages: {}, watched: {}, bytes: {}, frames: { count: 0, items: 0, bytes: 0 }, api: {}, apiOverTime: api?.apiOverTime, apiSince: api?.apiSince, writes: {}, busy: {}, watchDelay: newHistogram(),
    pods: api?.pods, nodes: api?.nodes ?? { ready: 0, lastReady: undefined }, failures: 0, dropped: 0, scheduler: undefined,
    endpointChanges: {}, programming: newHistogram(), proxies: 0, lookupNanoseconds: undefined, hosts,
  };
  const published = seen.map((observed) => observed.published).find((revisions) => Object.keys(revisions).length > 0) ?? {};
  const slices = seen.map((observed) => observed.slicesPublished).find((revisions) => Object.keys(revisions).length > 0) ?? {};
  for (const observed of seen) {
    for (const [pair, count] of Object.entries(observed.messages)) total.messages[pair] = (total.messages[pair] ?? 0) + count;
    for (const [pair, { batches, entries }] of Object.entries(observed.watched)) {
      const handed = (total.watched[pair] ??= { batches: 0, entries: 0 });
      handed.batches += batches;
      handed.entries += entries;
    }
    for (const [pair, bytes] of Object.entries(observed.bytes)) total.bytes[pair] = (total.bytes[pair] ?? 0) + bytes;
    for (const [what, latency] of Object.entries(observed.api)) addHistogram((total.api[what] ??= newHistogram()), latency);
    for (const [writer, count] of Object.entries(observed.writes)) total.writes[writer] = (total.writes[writer] ?? 0) + count;
    for (const [kind, { milliseconds, steps }] of Object.entries(observed.busy)) {
      const used = (total.busy[kind] ??= { milliseconds: 0, steps: 0 });
      used.milliseconds += milliseconds;
      used.steps += steps;
    }
    for (const [revision, { last }] of Object.entries(observed.fed)) {
      const at = published[Number(revision)];
      if (at !== undefined) record(total.watchDelay, Math.max(0, last - at));
    }
    total.frames.count += observed.frames.count;
    total.frames.items += observed.frames.items;
    total.frames.bytes += observed.frames.bytes;
    total.failures += observed.failures;
    total.dropped += observed.dropped;
    total.scheduler ??= observed.states.scheduler;
    total.proxies += observed.states.proxies.count;
    total.lookupNanoseconds ??= observed.states.lookupNanoseconds;
    for (const [revision, { last, proxies }] of Object.entries(observed.slicesFed)) {
      const at = slices[Number(revision)];
      if (at === undefined) continue;
      const change = (total.endpointChanges[Number(revision)] ??= { milliseconds: 0, proxies: 0 });
      change.milliseconds = Math.max(change.milliseconds, last - at);
      change.proxies += proxies;
    }
  }
  for (const { milliseconds } of Object.values(total.endpointChanges)) record(total.programming, Math.max(0, milliseconds));
  return total;
};
