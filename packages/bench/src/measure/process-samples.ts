/** What the whole process held and had used at one time. */
export interface ProcessSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly residentBytes: number;
  /** Milliseconds of CPU on all threads, V8's and Node's own among them. */
  readonly cpu: number;
}

const EVERY_MS = 500;
const MOST = 480;

/** Looks at the process twice a second until `stop`, which takes the last sample; less often the longer it lasts. */
export const sampleProcess = (): { stop(): readonly ProcessSample[] } => {
  let samples: ProcessSample[] = [];
  let every = EVERY_MS;
  let due = 0;
  const take = (): void => {
    const at = performance.timeOrigin + performance.now();
    if (at < due) return;
    due = at + every - EVERY_MS / 2;
    const { user, system } = process.cpuUsage();
    samples.push({ at, residentBytes: process.memoryUsage.rss(), cpu: (user + system) / 1000 });
    if (samples.length < MOST) return;
    samples = samples.filter((_, index) => index % 2 === 0);
    every *= 2;
  };
  take();
  const timer = setInterval(take, EVERY_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      due = 0;
      take();
      return samples;
    },
  };
};
