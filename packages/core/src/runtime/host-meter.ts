import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sweepDecodedValues } from '../encoded.js';
import { weightlessBytes } from '../slab.js';
import type { HostReport } from './control.js';

/** How often the delay of the event loop is looked at: hundreds of threads that wake a hundred times a second keep a core busy. */
const DELAY_EVERY_MS = 100;

/** What a host's thread has used. */
export class HostMeter {
  readonly #isPrompt: boolean;
  #delay: IntervalHistogram | undefined;

  /** Without `isPrompt` the delay of the loop is not measured: one of hundreds of threads that stand back for others is late by intent, and a histogram takes 0.4 MB. */
  constructor(isPrompt = true) {
    this.#isPrompt = isPrompt;
  }

  read(): Pick<HostReport, 'heapBytes' | 'cpuSeconds' | 'loopDelay'> {
    // The first call switches the measurement on: a host that nobody asks pays nothing for it.
    if (!this.#delay && this.#isPrompt) {
      this.#delay = monitorEventLoopDelay({ resolution: DELAY_EVERY_MS });
      this.#delay.enable();
    }
    // What Node records is the whole time from one firing of its timer to the next.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - DELAY_EVERY_MS);
    const loopDelay = this.#delay && this.#delay.count > 0 ? { p99: late(this.#delay.percentile(99)), max: late(this.#delay.max) } : { p99: 0, max: 0 };
    // Node 20 has no CPU clock per thread; the time that the loop was not idle is the nearest there is.
    return { heapBytes: heapBytes(), cpuSeconds: performance.eventLoopUtilization().active / 1000, loopDelay };
  }

  stop(): void {
    this.#delay?.disable();
  }
}

/** What this thread's objects take, with the memory outside of V8's heap that they hold. */
export const heapBytes = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory + weightlessBytes();
};

/** Collects garbage. Decoded values are a cache that empties itself within seconds: they are given up first, or a figure would tell of the last seconds. */
export const collectGarbage = (): void => {
  for (let sweep = 0; sweep < 2; sweep++) sweepDecodedValues();
  setFlagsFromString('--expose-gc');
  // Threads that were started after the flag was set have it at hand; a context just for this takes longer than a small heap's garbage.
  const collect = globalThis.gc ?? (runInNewContext('gc') as () => void);
  collect();
};
