import { kindOfName } from '@naumachia/core';
import type { LoadResult } from '../load/load-run.js';
import type { Histogram } from '../measure/histogram.js';
import type { Observed } from '../measure/reporter.js';
import type { ChartData, Distribution, HostUse, MessageFlow } from './chart-data.js';
import { marksOf, timelinesOf } from './timelines.js';

/** Hosts that are listed by their names; more are added up by kind. */
const HOSTS_BY_NAME = 12;

/** What the charts of a load run are drawn from. */
export const loadCharts = (result: LoadResult): ChartData => ({ marks: marksOf(result), timelines: timelinesOf(result), distributions: distributionsOf(result), flows: flowsOf(result), hosts: hostsOf(result) });

const distributionsOf = ({ seen: { pods, watchDelay, programming } }: LoadResult): Distribution[] =>
  [
    ...(pods ? ([['create-to-scheduled', pods.createToScheduled], ['scheduled-to-running', pods.scheduledToRunning], ['create-to-running', pods.createToRunning]] as const) : []),
    ['watch-delay', watchDelay] as const,
    ['network-programming', programming] as const,
  ]
    .map(([name, histogram]) => ({ name, points: cumulative(histogram) }))
    .filter(({ points }) => points.length > 0);

/** Upper ends of a histogram's buckets with the share of all that lies below them, thinned to what a chart can show. */
const cumulative = (histogram: Histogram): (readonly [number, number])[] => {
  const points: (readonly [number, number])[] = [];
  let seen = 0;
  let shown = 0;
  for (const [bucket, count] of histogram.buckets.entries()) {
    if (count === 0) continue;
    if (points.length === 0) points.push([rounded(edge(bucket - 1)), 0]);
    seen += count;
    if ((seen - shown) / histogram.count < 0.01 && seen < histogram.count) continue;
    shown = seen;
    points.push([rounded(Math.min(edge(bucket), histogram.max)), rounded(seen / histogram.count)]);
  }
  return points;
};

/** Upper end of a histogram's bucket, milliseconds: 32 buckets per doubling from one microsecond. */
const edge = (bucket: number): number => 0.001 * 2 ** (Math.max(0, bucket) / 32);
const rounded = (value: number): number => Number(value.toPrecision(4));

const flowsOf = ({ seen }: LoadResult): MessageFlow[] => {
  const pairs = new Set([...Object.keys(seen.messages), ...Object.keys(seen.watched), ...Object.keys(seen.bytes)].filter((pair) => pair.includes(' > ')));
  return [...pairs]
    .map((pair): MessageFlow => {
      const [from = '', to = ''] = pair.split(' > ');
      return { from, to, messages: seen.messages[pair] ?? 0, batches: seen.watched[pair]?.batches ?? 0, entries: seen.watched[pair]?.entries ?? 0, bytes: seen.bytes[pair] ?? 0 };
    })
    .toSorted((a, b) => b.messages + b.batches - a.messages - a.batches);
};

const hostsOf = ({ seen: { hosts } }: LoadResult): HostUse[] => {
  const each = hosts.map(({ host, actors, cpuSeconds, heapBytes, loopDelay, observed }): HostUse => ({
    host, count: 1, actors, active: cpuSeconds * 1000, heapBytes, loopDelay: loopDelay.p99,
    busy: Object.fromEntries(Object.entries((observed as Observed | undefined)?.busy ?? {}).map(([kind, { milliseconds }]) => [kind, milliseconds])),
  }));
  if (each.length <= HOSTS_BY_NAME) return each;
  const kinds = new Map<string, HostUse>();
  for (const host of each) {
    const kind = kindOfName(host.host);
    const sum = kinds.get(kind);
    kinds.set(kind, sum ? together(sum, host) : { ...host, host: kind });
  }
  return [...kinds.values()];
};

const together = (sum: HostUse, host: HostUse): HostUse => ({
  ...sum,
  count: sum.count + 1,
  actors: sum.actors + host.actors,
  active: sum.active + host.active,
  heapBytes: sum.heapBytes + host.heapBytes,
  loopDelay: Math.max(sum.loopDelay, host.loopDelay),
  busy: Object.fromEntries([...new Set([...Object.keys(sum.busy), ...Object.keys(host.busy)])].map((kind) => [kind, (sum.busy[kind] ?? 0) + (host.busy[kind] ?? 0)])),
});
