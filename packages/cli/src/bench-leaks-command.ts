import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startCluster } from './embedding/load.js';
import { EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface LeaksFlags {
  readonly nodes: number;
  readonly clusters: number;
  readonly mode?: 'packed' | 'threads' | 'simulated';
  readonly output: 'json' | 'table';
}

const MB = 1e6;
const LINES = 10;

/** `naumachia bench leaks`: what clusters within this process leave behind when they are stopped. Ends with 1 if a socket, timer or thread is left. */
export const benchLeaks = async ({ nodes, clusters, mode, output }: LeaksFlags): Promise<number> => {
  const before = handles();
  const memory: number[] = [];
  for (let cluster = 1; cluster <= clusters; cluster++) {
    await useCluster(nodes, mode);
    memory.push(memoryInUse());
    if (cluster === 1 || cluster % Math.ceil(clusters / LINES) === 0) process.stderr.write(`${String(cluster).padStart(5)} stopped: ${megabytes(memory.at(-1) ?? 0)} in use\n`);
  }
  const left = without(handles(), before);
  // The first clusters fill the caches that a process has once, whatever number of clusters it runs.
  const [half = 0, end = 0] = [memory[memory.length >> 1], memory.at(-1)];
  const figures = [
    { name: 'leaks.memory.half', value: half, unit: 'bytes' },
    { name: 'leaks.memory.end', value: end, unit: 'bytes' },
    { name: 'leaks.memory.per-cluster', value: Math.round((end - half) / Math.max(1, memory.length - 1 - (memory.length >> 1))), unit: 'bytes' },
    { name: 'leaks.handles', value: left.length, unit: 'count' },
  ];
  const table = [
    `LEFT BY ${clusters} CLUSTERS OF ${nodes} NODES`,
    `memory in use after half of them      ${megabytes(half)}`,
    `memory in use after all of them       ${megabytes(end)}`,
    `sockets, timers and threads           ${left.length === 0 ? 'none' : left.join(', ')}`,
  ].join('\n');
  await print(output === 'json' ? `${JSON.stringify({ figures })}\n` : `${table}\n`);
  return left.length === 0 ? EXIT.done : EXIT.failed;
};

/** A cluster does something with all that it has: a pod, a watch, a fault that would outlive it. */
const useCluster = async (nodes: number, mode: LeaksFlags['mode']): Promise<void> => {
  const cluster = await startCluster({ nodes, ...(mode && { mode }) });
  const watch = cluster.client.watch('Pod');
  await cluster.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'first' }, spec: { containers: [{ name: 'main', image: 'nginx' }] } });
  await watch.next();
  await cluster.waitFor('Pod', 'first', 'Running');
  await cluster.faults.pause('scheduler', { for: '1h' });
  await cluster.stop();
};

/** What keeps a process from ending; where its own output goes does not count. */
const handles = (): string[] => process.getActiveResourcesInfo().filter((kind) => !['TTYWrap', 'PipeWrap', 'FSReqCallback', 'CloseReq'].includes(kind));

const without = (all: readonly string[], some: readonly string[]): string[] => {
  const left = [...some];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

/** Bytes, garbage collected. */
const memoryInUse = (): number => {
  setFlagsFromString('--expose-gc');
  const collect = globalThis.gc ?? (runInNewContext('gc') as () => void);
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;
