import { kindOfName } from '@naumachia/core';
import type { LoadResult } from '../load/load-run.js';
import { quantile } from '../measure/histogram.js';
import type { HostSample } from '../measure/host-samples.js';
import type { Observed } from '../measure/reporter.js';
import type { CountsOverTime, DurationsOverTime } from '../measure/over-time.js';
import type { Mark, Point, Timeline } from './chart-data.js';

/** Points that a line has at most: more cannot be told apart, and make the picture a blot. */
const POINTS = 120;
const HOSTS_BY_NAME = 6;

/** What happened when, in seconds since the run began. */
export const marksOf = ({ began, nodesReady, seen, fromStart }: LoadResult): Mark[] => [
  ...(nodesReady === undefined ? [] : [{ name: 'all nodes Ready', at: nodesReady / 1000 } as const]),
  ...(seen.pods?.firstCreated === undefined ? [] : [{ name: 'first pod created', at: (seen.pods.firstCreated - began) / 1000 } as const]),
  ...(fromStart === undefined ? [] : [{ name: 'all pods Running', at: fromStart / 1000 } as const]),
];

/** The lines over time for which the run has data. */
export const timelinesOf = (result: LoadResult): Timeline[] => [...podTimelines(result), ...apiTimelines(result), cpuTimeline(result), memoryTimeline(result)].filter(({ lines }) => lines.length > 0);

const podTimelines = ({ began, seen }: LoadResult): Timeline[] => {
  const { pods } = seen;
  if (pods?.firstCreated === undefined) return [];
  const since = (pods.firstCreated - began) / 1000;
  const { created, scheduled, running, createToRunning } = pods.overTime;
  return [
    {
      name: 'pods', title: 'Pods per second', caption: 'How many were created, bound to a node and came to run.', unit: 'pods/s',
      lines: [line('running', rate(running, since)), line('scheduled', rate(scheduled, since)), line('created', rate(created, since))].filter(hasPoints),
    },
    {
      name: 'create-to-running', title: 'From creation to Running', caption: 'Of the pods that came to run in that second.', unit: 'ms',
      lines: quantiles(createToRunning, since, [['p50', 0.5], ['p99', 0.99]]),
    },
  ];
};

const apiTimelines = ({ began, seen }: LoadResult): Timeline[] => {
  if (seen.apiSince === undefined || !seen.apiOverTime) return [];
  const since = (seen.apiSince - began) / 1000;
  const { reads, writes } = seen.apiOverTime;
  const counts = ({ everyMs, intervals }: DurationsOverTime): CountsOverTime => ({ everyMs, counts: intervals.map((interval) => interval?.count ?? 0) });
  return [
    { name: 'api-requests', title: 'API requests per second', caption: 'As the API server answered them.', unit: 'per second', lines: [line('writes', rate(counts(writes), since)), line('reads', rate(counts(reads), since))].filter(hasPoints) },
    {
      name: 'api-latency', title: 'How long API requests took', caption: 'From the mailbox of the API server to its answer.', unit: 'ms',
      lines: [...quantiles(writes, since, [['writes p99', 0.99], ['writes p50', 0.5]]), ...quantiles(reads, since, [['reads p99', 0.99]])],
    },
  ];
};

/** CPU of each kind of component on all hosts together, as cores in use. */
const cpuTimeline = ({ began, seen, process }: LoadResult): Timeline => {
  const hosts = samplesByHost(seen.hosts).map(({ samples }) => samples);
  const grid = gridOf(began, process.at(-1)?.at ?? began);
  const kinds = [...new Set(hosts.flatMap((samples) => Object.keys(samples.at(-1)?.busy ?? {})))];
  const used = kinds.map((kind) => ({ name: kind, cores: increments(grid, (at) => hosts.reduce((sum, samples) => sum + busyAt(samples, kind, at, began), 0)) }));
  const spent = process.flatMap(({ at, cpu }): (readonly [number, number])[] => (cpu === undefined ? [] : [[at, cpu]]));
  const whole = spent.length === 0 ? [] : increments(grid, (at) => valueAt(spent, at));
  return {
    name: 'cpu', title: 'CPU by kind of component', caption: 'Cores in use: time in handlers by the wall clock, and CPU of the whole process with encoding, queues and garbage collection.', unit: 'cores',
    lines: [{ name: 'process', points: asPoints(grid, whole, began) }, ...used.toSorted((a, b) => total(b.cores) - total(a.cores)).slice(0, 7).map(({ name, cores }) => ({ name, points: asPoints(grid, cores, began) }))].filter(hasPoints),
  };
};

const memoryTimeline = ({ began, seen, process }: LoadResult): Timeline => {
  const grid = gridOf(began, process.at(-1)?.at ?? began);
  const byHost = samplesByHost(seen.hosts);
  const named = byHost.length <= HOSTS_BY_NAME ? byHost.map(({ host, samples }) => ({ name: `heap of ${host}`, hosts: [samples] })) : byKind(byHost);
  const heaps = named.map(({ name, hosts }) => ({ name, points: grid.map((at): Point => [round((at - began) / 1000), heapAt(hosts, at)]) }));
  return {
    name: 'memory', title: 'Memory', caption: 'The whole process, and the heaps of its threads with the garbage that was still on them.', unit: 'bytes',
    lines: [{ name: 'resident', points: process.map(({ at, residentBytes }): Point => [round((at - began) / 1000), residentBytes]) }, ...heaps].filter(hasPoints),
  };
};

interface SampledHost {
  readonly host: string;
  readonly samples: readonly HostSample[];
}

const samplesByHost = (hosts: LoadResult['seen']['hosts']): SampledHost[] =>
  hosts.flatMap(({ host, observed }) => {
    const samples = (observed as Observed | undefined)?.samples ?? [];
    // The last one is of the report itself: a host that has no other did next to nothing.
    return samples.length > 1 ? [{ host, samples }] : [];
  });

const byKind = (hosts: readonly SampledHost[]): { readonly name: string; readonly hosts: readonly (readonly HostSample[])[] }[] => {
  const kinds = new Map<string, (readonly HostSample[])[]>();
  for (const { host, samples } of hosts) kinds.set(kindOfName(host), [...(kinds.get(kindOfName(host)) ?? []), samples]);
  return [...kinds].map(([kind, samples]) => ({ name: `heaps of ${kind}`, hosts: samples })).slice(0, 7);
};

/** Milliseconds since the epoch, evenly from the beginning to the end. */
const gridOf = (began: number, end: number): number[] => {
  const step = Math.max(1000, (end - began) / POINTS);
  return Array.from({ length: Math.max(1, Math.floor((end - began) / step)) + 1 }, (_, index) => began + index * step);
};

/** What a growing sum grew by from one time to the next, for each millisecond. */
const increments = (grid: readonly number[], sumAt: (at: number) => number): number[] => {
  const sums = grid.map(sumAt);
  return sums.slice(1).map((sum, index) => Math.max(0, (sum - (sums[index] as number)) / ((grid[index + 1] as number) - (grid[index] as number))));
};

const asPoints = (grid: readonly number[], values: readonly number[], began: number): Point[] => values.map((value, index): Point => [round(((grid[index] as number) + (grid[index + 1] as number)) / 2000 - began / 1000), round(value)]);

const busyAt = (samples: readonly HostSample[], kind: string, at: number, began: number): number => valueAt([[began, 0], ...samples.map((sample): [number, number] => [sample.at, sample.busy[kind] ?? 0])], at);

/** Between two samples: in proportion. */
const valueAt = (samples: readonly (readonly [at: number, value: number])[], at: number): number => {
  const next = samples.findIndex(([sampled]) => sampled >= at);
  if (next < 0) return samples.at(-1)?.[1] ?? 0;
  const [after, before] = [samples[next], samples[next - 1]];
  if (!after || !before) return after?.[1] ?? 0;
  return before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0]);
};

/** Of hosts together, as last seen; nothing before the first of them was. */
const heapAt = (hosts: readonly (readonly HostSample[])[], at: number): number | null => {
  const seen = hosts.flatMap((samples) => samples.findLast((sample) => sample.at <= at)?.heapBytes ?? []);
  return seen.length === 0 ? null : total(seen);
};

/** Counts as a rate, in intervals wide enough for a line that can be read. */
const rate = ({ everyMs, counts }: CountsOverTime, since: number): Point[] => {
  const width = Math.max(1, Math.ceil(counts.length / POINTS));
  const seconds = (width * everyMs) / 1000;
  return Array.from({ length: Math.ceil(counts.length / width) }, (_, index): Point => [round(since + (index + 0.5) * seconds), round(total(counts.slice(index * width, (index + 1) * width)) / seconds)]);
};

const quantiles = ({ everyMs, intervals }: DurationsOverTime, since: number, wanted: readonly (readonly [string, number])[]): Timeline['lines'] =>
  wanted
    .map(([name, share]) => line(name, intervals.map((interval, index): Point => [round(since + ((index + 0.5) * everyMs) / 1000), interval ? round(quantile(interval, share)) : null])))
    .filter(hasPoints);

const line = (name: string, points: readonly Point[]): Timeline['lines'][number] => ({ name, points });
const hasPoints = ({ points }: { readonly points: readonly Point[] }): boolean => points.some(([, value]) => value !== null);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
/** Four digits are more than a chart can show. */
const round = (value: number): number => Number(value.toPrecision(4));
