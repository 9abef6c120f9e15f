import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** What a process may still take of this machine. Absent: not limited, or not known here. */
export interface MachineLimits {
  readonly memoryBytes: number | undefined;
  readonly memoryMaps: number | undefined;
  readonly threads: number | undefined;
}

/** Measured on Node 20, Linux: an idle worker with a kubelet or a kube-proxy. */
const MAPS_PER_THREAD = 42;
const BYTES_PER_THREAD = 8_000_000;
/** The main thread, etcd, API server, controller manager, scheduler, and what Node has for itself. */
const OTHER_THREADS = 16;
const BYTES_OF_CONTROL_PLANE = 400_000_000;
/** Above this, workers of one process have been seen to crash whatever the limits say. */
const MOST_THREADS = 2000;

export const machineLimits = (): MachineLimits => {
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1] ?? Number.NaN) * 1024;
  const constrained = process.constrainedMemory();
  const memory = [Number.isNaN(available) ? freemem() : available, ...(constrained > 0 && constrained < 2 ** 52 ? [constrained - process.memoryUsage().rss] : [])];
  const maps = Number(read('/proc/sys/vm/max_map_count') ?? Number.NaN);
  const used = read('/proc/self/maps')?.split('\n').length ?? 0;
  const pids = Number(read('/sys/fs/cgroup/pids.max') ?? Number.NaN);
  return { memoryBytes: Math.min(...memory), memoryMaps: Number.isNaN(maps) ? undefined : maps - used, threads: Number.isNaN(pids) ? undefined : pids };
};

/** Why a cluster with a thread per component would not fit, with the number of nodes that would; nothing if it fits. */
export const threadsProblem = (nodes: number, limits: MachineLimits): string | undefined => {
  const asked = 2 * nodes + OTHER_THREADS;
  const bounds = [
    { threads: MOST_THREADS, what: `a process holds at most ${MOST_THREADS} threads safely` },
    ...(limits.memoryMaps === undefined ? [] : [{ threads: Math.floor(limits.memoryMaps / MAPS_PER_THREAD), what: `each takes ${MAPS_PER_THREAD} memory maps of the ${limits.memoryMaps} that are left (vm.max_map_count)` }]),
    ...(limits.memoryBytes === undefined ? [] : [{ threads: Math.floor((limits.memoryBytes - BYTES_OF_CONTROL_PLANE) / BYTES_PER_THREAD), what: `each takes about ${BYTES_PER_THREAD / 1e6} MB of the ${Math.floor(limits.memoryBytes / 1e6)} MB that are free` }]),
    ...(limits.threads === undefined ? [] : [{ threads: limits.threads, what: `the limit of processes and threads (pids.max) is ${limits.threads}` }]),
  ].sort((a, b) => a.threads - b.threads);
  const [tightest] = bounds;
  if (!tightest || asked <= tightest.threads) return undefined;
  const fitting = Math.max(0, Math.floor((tightest.threads - OTHER_THREADS) / 2));
  return `${nodes} nodes in threads mode need ${asked} threads, and ${tightest.what}: at most --nodes ${fitting} would fit. --mode packed has no such limit.`;
};

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
};
