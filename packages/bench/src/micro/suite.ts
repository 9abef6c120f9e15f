import { Bench } from 'tinybench';

/** A hot path as a suite takes it: `run` carries out `operations` of it (1 if absent). */
export interface SuiteTask {
  readonly name: string;
  readonly operations?: number;
  run(): unknown;
}

export interface MicroFigure {
  readonly name: string;
  /** Mean over the run. */
  readonly operationsPerSecond: number;
  readonly nanosecondsPerOperation: number;
  /** Half the width of the 95 % confidence interval of the mean, in per cent of it. */
  readonly errorPercent: number;
}

/**
 * The suites by name. Each is loaded, measured and let go before the next: the tables of one must not be the garbage of another.
 */
export const MICRO_SUITES: Readonly<Record<string, () => Promise<readonly SuiteTask[]>>> = {
  'scheduling-cycle': async () => (await import('./scheduling-cycle.js')).schedulingCycleTasks(),
  'service-lookup': async () => (await import('./service-lookup.js')).serviceLookupTasks(),
  etcd: async () => [...(await import('./etcd.js')).etcdTasks(), (await import('./etcd-messages.js')).etcdMessages()],
  'api-writes': async () => (await import('./api-write-tasks.js')).apiWriteTasks(),
  messaging: async () => (await import('./messaging.js')).messagingTasks(),
  'watch-delivery': async () => (await import('./watch-delivery.js')).watchDeliveryTasks(),
  metrics: async () => (await import('./metrics.js')).metricsTasks(),
  codec: async () => (await import('./codec.js')).codecTasks(),
};

/** Measures each task of a suite for `milliseconds`, after a warm-up. */
export const measureSuite = async (tasks: readonly SuiteTask[], milliseconds: number): Promise<MicroFigure[]> => {
  const figures: MicroFigure[] = [];
  for (const task of tasks) {
    const bench = new Bench({ time: milliseconds, warmupTime: Math.min(milliseconds, 250), iterations: 4, warmupIterations: 1, throws: true });
    bench.add(task.name, () => task.run());
    await bench.run();
    const [measured] = bench.tasks;
    const result = measured?.result;
    if (!result || !('latency' in result)) throw new Error(`${task.name} was not measured`);
    const perSecond = (1000 / result.latency.mean) * (task.operations ?? 1);
    figures.push({ name: task.name, operationsPerSecond: perSecond, nanosecondsPerOperation: 1e9 / perSecond, errorPercent: result.latency.rme });
  }
  return figures;
};
