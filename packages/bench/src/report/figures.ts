import type { LoadResult } from '../load/load-run.js';
import { type Histogram, mean, quantile } from '../measure/histogram.js';

/** One measured number. Names are stable: thresholds and saved reports use them. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
}

export type Unit = 'ns' | 'us' | 'ms' | 's' | 'bytes' | 'count' | 'per second' | 'pods/s' | 'cores';

const QUANTILES = [['p50', 0.5], ['p90', 0.9], ['p99', 0.99]] as const;

/** All figures of a run. What was not measured (no pod ran, no Service was there) is left out rather than 0. */
export const figuresOf = (result: LoadResult): Figure[] => [
  ...wayOfAPod(result),
  ...faultFigures(result),
  ...schedulingFigures(result),
  ...networkFigures(result),
  ...memoryFigures(result),
  ...writeFigures(result),
  ...apiFigures(result),
  ...trafficFigures(result),
];

const figure = (name: string, value: number | undefined, unit: Unit): Figure[] => (value === undefined || !Number.isFinite(value) ? [] : [{ name, value, unit }]);

const distribution = (name: string, histogram: Histogram | undefined): Figure[] => {
  if (!histogram || histogram.count === 0) return [];
  return [
    ...QUANTILES.map(([label, share]): Figure => ({ name: `${name}.${label}`, value: quantile(histogram, share), unit: 'ms' })),
    { name: `${name}.mean`, value: mean(histogram), unit: 'ms' },
    { name: `${name}.max`, value: histogram.max, unit: 'ms' },
  ];
};

const faultFigures = ({ aftermath }: LoadResult): Figure[] =>
  aftermath === undefined
    ? []
    : [
        ...figure('faults.nodes-not-ready', aftermath.notReady, 'count'),
        ...figure('faults.pods-moved', aftermath.movedPods, 'count'),
        ...figure('faults.recovered', aftermath.recovered, 'ms'),
        ...figure('faults.acknowledged', aftermath.acknowledged, 'count'),
        ...figure('faults.lost', aftermath.lost.length, 'count'),
      ];

const wayOfAPod = ({ pods, nodesReady, allRunning, fromStart, seen, complete, refused }: LoadResult): Figure[] => [
  ...figure('nodes.count', seen.nodes.ready, 'count'),
  ...figure('nodes.all-ready', nodesReady, 'ms'),
  ...figure('pods.asked', pods, 'count'),
  ...figure('pods.running', seen.pods?.running ?? 0, 'count'),
  ...figure('objects.refused', refused.length, 'count'),
  ...(complete && pods > 0 ? [...figure('create-to-running.pods-per-second', allRunning === undefined ? undefined : (pods / allRunning) * 1000, 'pods/s'), ...figure('create-to-running.all', allRunning, 'ms'), ...figure('pods.all-running', fromStart, 'ms')] : []),
  ...distribution('create-to-scheduled', seen.pods?.createToScheduled),
  ...distribution('scheduled-to-running', seen.pods?.scheduledToRunning),
  ...distribution('create-to-running', seen.pods?.createToRunning),
];

/** The mean cost of a cycle is the scheduler's whole time in handlers over its attempts: informers, queue and binding are in it. */
const schedulingFigures = ({ seen }: LoadResult): Figure[] => {
  const attempts = seen.scheduler?.attempts ?? 0;
  const busy = seen.busy['scheduler']?.milliseconds;
  if (attempts === 0 || busy === undefined) return [];
  return [
    ...figure('scheduling-cycle.mean', (busy * 1000) / attempts, 'us'),
    ...figure('scheduling-cycle.count', attempts, 'count'),
    ...figure('scheduling-cycle.unschedulable', seen.scheduler?.unschedulable, 'count'),
  ];
};

const networkFigures = ({ seen, loopDelay }: LoadResult): Figure[] => [
  ...distribution('watch-delay', seen.watchDelay),
  ...distribution('network-programming', seen.programming),
  ...figure('service-lookup.mean', seen.lookupNanoseconds, 'ns'),
  ...figure('event-loop.p99', loopDelay, 'ms'),
];

const memoryFigures = ({ heap, bytesPerNode, seen, residentBytes, threads }: LoadResult): Figure[] => [
  ...figure('memory.control-plane', heap.controlPlane, 'bytes'),
  // A few nodes can weigh less than what the collections of the same time give back: then there is nothing to tell.
  ...(seen.nodes.ready > 0 && bytesPerNode > 0 ? figure('memory.per-node', bytesPerNode, 'bytes') : []),
  ...figure('memory.end', heap.end, 'bytes'),
  ...(seen.pods && seen.pods.running > 0 && heap.idle !== undefined ? figure('memory.per-pod', Math.max(0, heap.end - heap.idle) / seen.pods.running, 'bytes') : []),
  ...figure('memory.resident', residentBytes, 'bytes'),
  ...figure('threads.count', threads, 'count'),
];

const writeFigures = ({ seen }: LoadResult): Figure[] => {
  const running = seen.pods?.running ?? 0;
  if (running === 0) return [];
  const total = Object.values(seen.writes).reduce((sum, count) => sum + count, 0);
  return [
    ...figure('writes.per-pod', total / running, 'count'),
    ...descending(seen.writes).flatMap(([component, count]) => figure(`writes.${component}.per-pod`, count / running, 'count')),
  ];
};

const apiFigures = ({ seen }: LoadResult): Figure[] =>
  Object.entries(seen.api)
    .sort(([, a], [, b]) => b.count - a.count)
    .flatMap(([request, latency]) => {
      const name = `api.${request.replace(' ', '.')}`;
      return [...QUANTILES.flatMap(([label, share]) => figure(`${name}.${label}`, quantile(latency, share), 'ms')), ...figure(`${name}.count`, latency.count, 'count')];
    });

const trafficFigures = ({ seen }: LoadResult): Figure[] => {
  const running = seen.pods?.running ?? 0;
  return [
    ...figure('messages.total', Object.values(seen.messages).reduce((sum, count) => sum + count, 0), 'count'),
    ...descending(seen.messages).flatMap(([pair, count]) => figure(`messages.${pairName(pair)}`, count, 'count')),
    ...figure('frames.count', seen.frames.count, 'count'),
    ...figure('frames.bytes', seen.frames.bytes, 'bytes'),
    ...descending(seen.bytes).flatMap(([pair, bytes]) => figure(`bytes.${pairName(pair)}`, bytes, 'bytes')),
    ...Object.entries(seen.busy)
      .sort(([, a], [, b]) => b.milliseconds - a.milliseconds)
      .flatMap(([kind, { milliseconds, steps }]) => [
        ...figure(`cpu.${kind}`, milliseconds, 'ms'),
        ...figure(`cpu.${kind}.steps`, steps, 'count'),
        ...(running > 0 ? figure(`cpu.${kind}.per-pod`, (milliseconds * 1000) / running, 'us') : []),
      ]),
    ...figure('actors.failures', seen.failures, 'count'),
    ...figure('messages.dropped', seen.dropped, 'count'),
  ];
};

/** `apiserver > etcd` as part of a figure's name. */
const pairName = (pair: string): string => pair.replace(' > ', '.to.').replaceAll(' ', '-');

const descending = (counts: Readonly<Record<string, number>>): [string, number][] => Object.entries(counts).sort(([, a], [, b]) => b - a);
