import { type ApiAnswer, type ApiRequest, CATALOG, clusterActors, clusterHeap, clusterPlacement, type KubernetesObject } from '@naumachia/actors';
import type { EtcdRequest } from '@naumachia/actors/etcd';
import { named, type Port, seconds, ThreadsRuntime } from '@naumachia/core';
import { collectedReports, heapOf } from '../measure/collected-heaps.js';
import { pause, USER } from './load-run.js';
import { plainPod } from './plain-pod.js';

/** What stored pods that nobody changes cost all hosts together; bytes of collected heaps, buffers and disks included. */
export interface PodMemory {
  readonly pods: number;
  /** Of one of them as a client reads it in JSON, with its managed fields. */
  readonly podBytes: number;
  readonly before: number;
  readonly after: number;
}

const API = named<ApiRequest>('apiserver');
const ETCD = named<EtcdRequest>('etcd');
const CLIENTS = 64;
/** Scheduler and controllers follow from another thread than the store's. */
const HOSTS = 2;
/** What is at rest is packed in the background: the weight is taken when it has stopped falling. */
const LOOK_EVERY = 10_000;
const FALLS = 0.99;
const LONGEST = 300_000;

/**
 * Creates `count` pods in a cluster without nodes, whose scheduler and controllers watch them, compacts etcd, and weighs.
 * The pods ask for another scheduler: nobody writes them again.
 */
export const weighPods = async (count: number, progress: (text: string) => void): Promise<PodMemory> => {
  const runtime = await ThreadsRuntime.create({ seed: 1, placement: clusterPlacement('packed', HOSTS), catalog: CATALOG, heap: clusterHeap });
  const weigh = async (): Promise<number> => heapOf(await collectedReports(runtime));
  const lowest = async (): Promise<number> => {
    let weight = await weigh();
    for (let waited = 0; waited < LONGEST; waited += LOOK_EVERY) {
      await pause(LOOK_EVERY);
      const next = await weigh();
      progress(`${(next / 1e6).toFixed(0)} MB`);
      if (next > weight * FALLS) return next;
      weight = next;
    }
    return weight;
  };
  try {
    await runtime.start(clusterActors({ nodes: 0, latency: 'none' }));
    const port = runtime.port('weigh');
    await accountsReady(port);
    const before = await lowest();
    progress(`an empty cluster takes ${(before / 1e6).toFixed(0)} MB; creating ${count} pods`);
    await createPods(port, count);
    await compact(port);
    const after = await lowest();
    return { pods: count, podBytes: await sizeOf(port), before, after };
  } finally {
    await runtime.stop('abort');
  }
};

const NAMESPACE = 'default';
const podName = (index: number): string => plainPod(index).metadata.name ?? '';

/** Pods are refused before the controllers have made the service account that they run as. */
const accountsReady = async (port: Port): Promise<void> => {
  for (;;) {
    const answer: ApiAnswer = await port.request(API, { type: 'get', user: USER, resource: 'serviceaccounts', namespace: NAMESPACE, name: 'default' }, seconds(10));
    if (answer.type === 'object') return;
    await pause(50);
  }
};

const createPods = async (port: Port, count: number): Promise<void> => {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const object: KubernetesObject = plainPod(index);
      const answer: ApiAnswer = await port.request(API, { type: 'create', user: USER, fieldManager: 'naumachia-bench', resource: 'pods', namespace: NAMESPACE, object }, seconds(60));
      if (answer.type !== 'object') throw new Error(`pod ${index} was not created: ${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
};

const compact = async (port: Port): Promise<void> => {
  const status = await port.request(ETCD, { type: 'status' }, seconds(10));
  if (status.type !== 'status') throw new Error(`etcd did not tell its revision: ${JSON.stringify(status)}`);
  const answer = await port.request(ETCD, { type: 'compact', revision: status.revision }, seconds(10));
  if (answer.type !== 'compacted') throw new Error(`etcd did not compact: ${JSON.stringify(answer)}`);
};

const sizeOf = async (port: Port): Promise<number> => {
  const answer: ApiAnswer = await port.request(API, { type: 'get', user: USER, resource: 'pods', namespace: NAMESPACE, name: podName(0) }, seconds(10));
  if (answer.type !== 'object') throw new Error(`pod 0 cannot be read: ${JSON.stringify(answer)}`);
  const { metadata, ...rest } = answer.object.value;
  const managedFields = metadata.managedFields?.map((entry) => ({ ...entry, fieldsV1: JSON.parse(String(entry.fieldsV1)) as unknown }));
  return Buffer.byteLength(JSON.stringify({ ...rest, metadata: { ...metadata, managedFields } }));
};
