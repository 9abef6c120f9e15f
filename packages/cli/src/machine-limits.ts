import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import type { ClusterMode } from '@naumachia/actors';
import { CommandFailed, UsageError } from './exit-codes.js';

/** What a process may still take of this machine. Absent: not limited, or not known here. */
export interface MachineLimits {
  readonly memoryBytes: number | undefined;
  readonly memoryMaps: number | undefined;
  readonly threads: number | undefined;
}

/** Measured on Node 20, Linux: a worker with a kubelet or a kube-proxy. */
const MAPS_PER_THREAD = 42;
const BYTES_PER_THREAD = 9_200_000;
/** The main thread, etcd, API server, controller manager, scheduler, and what Node has for itself. */
const OTHER_THREADS = 16;
const BYTES_OF_CONTROL_PLANE = 400_000_000;
/** Above 2,000, workers of one process have been seen to crash whatever the limits say. */
const MOST_THREADS_OF_PROCESS = 1500;
/** Beyond this a further process costs less than what its threads wait for one another, whose memory is mapped and unmapped one after the other. */
const GOOD_THREADS_OF_PROCESS = 750;

export const machineLimits = (): MachineLimits => {
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1] ?? Number.NaN) * 1024;
  const constrained = process.constrainedMemory();
  const memory = [Number.isNaN(available) ? freemem() : available, ...(constrained > 0 && constrained < 2 ** 52 ? [constrained - process.memoryUsage().rss] : [])];
  const maps = Number(read('/proc/sys/vm/max_map_count') ?? Number.NaN);
  const used = read('/proc/self/maps')?.split('\n').length ?? 0;
  const pids = Number(read('/sys/fs/cgroup/pids.max') ?? Number.NaN);
  return { memoryBytes: Math.min(...memory), memoryMaps: Number.isNaN(maps) ? undefined : maps - used, threads: Number.isNaN(pids) ? undefined : pids };
};

/** Why the threads of so many nodes do not fit, and what would: so many nodes, or, if that helps, so many processes. */
export interface TooManyThreads {
  readonly why: string;
  readonly nodes: number;
  readonly processes: number | undefined;
}

/** In how many processes a cluster with a thread per component fits, or why it does not. */
export type ThreadsFit = { readonly processes: number } | { readonly refused: TooManyThreads };

/** `asked` processes, or as many as the limits of one ask for: with more than one, the control plane has one besides them. */
export const fitThreads = (nodes: number, limits: MachineLimits, asked?: number): ThreadsFit => {
  const threads = 2 * nodes;
  const maps = limits.memoryMaps === undefined ? undefined : Math.floor(limits.memoryMaps / MAPS_PER_THREAD);
  const ofProcess = Math.max(1, Math.min(MOST_THREADS_OF_PROCESS, maps ?? Number.POSITIVE_INFINITY));
  const good = Math.min(ofProcess, GOOD_THREADS_OF_PROCESS);
  const processes = asked ?? (threads + OTHER_THREADS <= good ? 1 : Math.ceil(threads / good));
  const others = processes === 1 ? OTHER_THREADS : OTHER_THREADS * (processes + 1);
  const bounds = [
    { fits: ofProcess * processes - (processes === 1 ? OTHER_THREADS : 0), what: processLimit(ofProcess, maps, limits.memoryMaps), processes: Math.ceil(threads / ofProcess) },
    ...(limits.memoryBytes === undefined ? [] : [{ fits: Math.floor((limits.memoryBytes - BYTES_OF_CONTROL_PLANE) / BYTES_PER_THREAD) - others, what: `each takes about ${BYTES_PER_THREAD / 1e6} MB of the ${Math.floor(limits.memoryBytes / 1e6)} MB that are free`, processes: undefined }]),
    ...(limits.threads === undefined ? [] : [{ fits: limits.threads - others, what: `the limit of processes and threads (pids.max) is ${limits.threads}`, processes: undefined }]),
  ].sort((a, b) => a.fits - b.fits);
  const [tightest] = bounds;
  if (!tightest || threads <= tightest.fits) return { processes };
  return { refused: { why: `${nodes} nodes in threads mode need ${threads + others} threads, and ${tightest.what}`, nodes: Math.max(0, Math.floor(tightest.fits / 2)), processes: tightest.processes } };
};

const processLimit = (threads: number, maps: number | undefined, left: number | undefined): string =>
  maps === threads ? `each takes ${MAPS_PER_THREAD} memory maps of the ${left} that a process has left (vm.max_map_count)` : `a process holds at most ${threads} of them safely`;

/** How many processes the threads of nodes are spread over. Refuses what this machine cannot hold before anything starts. */
export const processesFor = (nodes: number, mode: ClusterMode, asked: number | undefined): number => {
  if (mode !== 'threads') {
    if (asked !== undefined) throw new UsageError('--processes belongs to --mode threads');
    return 1;
  }
  const fit = fitThreads(nodes, machineLimits(), asked);
  if ('processes' in fit) return fit.processes;
  const { why, nodes: fitting, processes } = fit.refused;
  throw new CommandFailed(`${why}: at most --nodes ${fitting} would fit${processes === undefined ? '' : `, or --processes ${processes}`}. --mode packed has no such limit.`);
};

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
};
