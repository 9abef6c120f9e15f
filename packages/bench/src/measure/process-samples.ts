/** What the processes of a run held, and had used, at one time. */
export interface ProcessSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of all processes of the run. */
  readonly residentBytes: number;
  /** Milliseconds of CPU on all threads, V8's and Node's own among them; unknown where there are other processes. */
  readonly cpu: number | undefined;
}

/** Where the hosts of a run are, if not all in this process. */
export interface SampledRun {
  readonly processes: number;
  residentBytes(): Promise<number>;
}

const EVERY_MS = 500;
const MOST = 480;

/** Looks at the run twice a second until `stop`; less often the longer it lasts. */
export const sampleProcess = (run?: SampledRun): { stop(): readonly ProcessSample[] } => {
  let samples: ProcessSample[] = [];
  let every = EVERY_MS;
  let due = 0;
  const spread = run !== undefined && run.processes > 1 ? run : undefined;
  const take = (residentBytes: number): void => {
    const { user, system } = process.cpuUsage();
    samples.push({ at: performance.timeOrigin + performance.now(), residentBytes, cpu: spread ? undefined : (user + system) / 1000 });
    if (samples.length < MOST) return;
    samples = samples.filter((_, index) => index % 2 === 0);
    every *= 2;
  };
  const look = (): void => {
    const now = performance.now();
    if (now < due) return;
    due = now + every - EVERY_MS / 2;
    if (spread) spread.residentBytes().then(take, () => undefined);
    else take(process.memoryUsage.rss());
  };
  look();
  const timer = setInterval(look, EVERY_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      if (!spread) take(process.memoryUsage.rss());
      return samples;
    },
  };
};
