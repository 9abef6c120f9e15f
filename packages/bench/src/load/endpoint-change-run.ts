import { type ApiAnswer, type ApiRequest, CATALOG, clusterActors, clusterHeap, clusterPlacement, type KubernetesObject } from '@naumachia/actors';
import { named, type Port, type Runtime, ThreadsRuntime } from '@naumachia/core';
import { combine, type Observations } from '../measure/observations.js';
import type { Glance } from '../measure/reporter.js';
import { pause, REPORTER, USER } from './load-run.js';

/** How long single changes of endpoints took to reach every kube-proxy of a cluster that has many. */
export interface EndpointChanges {
  readonly proxies: number;
  readonly services: number;
  readonly endpoints: number;
  /** Milliseconds from the publication of each change until the last kube-proxy had it in force. */
  readonly milliseconds: readonly number[];
}

const API = named<ApiRequest>('apiserver');
const SLICES = 'endpointslices.discovery.k8s.io';
const NAMESPACE = 'default';
const CHANGES = 20;
const IN_FLIGHT = 256;

/** Deals `endpoints` over `services`, then changes one slice at a time. Nobody but this writes them. */
export const runEndpointChanges = async (size: { readonly nodes: number; readonly services: number; readonly endpoints: number }, progress: (text: string) => void): Promise<EndpointChanges> => {
  const runtime = await ThreadsRuntime.create({ seed: 1, placement: clusterPlacement('packed'), catalog: CATALOG, reporter: REPORTER, heap: clusterHeap });
  try {
    await runtime.start(clusterActors({ nodes: size.nodes, latency: 'none', controllers: 'none' }));
    const port = runtime.port('endpoint-changes');
    while (((await runtime.glance('apiserver')) as Glance).nodesReady < size.nodes) await pause(50);
    const shareOf = (service: number): number => Math.floor(((service + 1) * size.endpoints) / size.services) - Math.floor((service * size.endpoints) / size.services);
    let next = 0;
    let made = 0;
    let newest = 0;
    const client = async (): Promise<void> => {
      for (let service = next++; service < size.services; service = next++) {
        await create(port, 'services', serviceOf(service));
        newest = Math.max(newest, await create(port, SLICES, sliceOf(service, shareOf(service), 0)));
        if (++made % 500 === 0) progress(`${made} of ${size.services} Services with their endpoints`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, client));
    progress('kube-proxies take in what was created');
    // A change that came before that would wait for thousands of others.
    while (((await endpointChangesOf(runtime)).endpointChanges[newest]?.proxies ?? 0) < size.nodes) await pause(250);
    const revisions: number[] = [];
    for (let change = 1; change <= CHANGES; change++) {
      await pause(500);
      const service = (change * 397) % size.services;
      const { name } = sliceOf(service, 0, 0).metadata;
      const answer: ApiAnswer = await port.request(API, { type: 'update', user: USER, fieldManager: 'naumachia-bench', resource: SLICES, namespace: NAMESPACE, name: name as string, object: sliceOf(service, shareOf(service), change), brief: true });
      if (answer.type !== 'written') throw new Error(`the change of ${name} was refused: ${JSON.stringify(answer)}`);
      revisions.push(answer.revision);
      progress(`${change} of ${CHANGES} changes`);
    }
    await pause(1000);
    const { endpointChanges, proxies } = await endpointChangesOf(runtime);
    const milliseconds = revisions.map((revision) => {
      const seen = endpointChanges[revision];
      if (seen === undefined || seen.proxies < size.nodes) throw new Error(`the change at revision ${revision} reached ${seen?.proxies ?? 0} of ${size.nodes} kube-proxies`);
      return seen.milliseconds;
    });
    return { proxies, services: size.services, endpoints: size.endpoints, milliseconds };
  } finally {
    await runtime.stop('abort');
  }
};

const endpointChangesOf = async (runtime: Runtime): Promise<Observations> => combine(await runtime.reports());

/** Gives the revision that the object has. */
const create = async (port: Port, resource: string, object: KubernetesObject): Promise<number> => {
  const answer: ApiAnswer = await port.request(API, { type: 'create', user: USER, fieldManager: 'naumachia-bench', resource, namespace: NAMESPACE, object, brief: true });
  if (answer.type !== 'written') throw new Error(`${object.kind} ${object.metadata.name} was refused: ${JSON.stringify(answer)}`);
  return answer.revision;
};

const serviceOf = (service: number): KubernetesObject => ({
  apiVersion: 'v1', kind: 'Service', metadata: { name: `service-${service}`, namespace: NAMESPACE }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] },
});

/** `version` moves one endpoint to another address. */
const sliceOf = (service: number, endpoints: number, version: number): KubernetesObject => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4',
  metadata: { name: `service-${service}-a`, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': `service-${service}` } },
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: Array.from({ length: endpoints }, (_, i) => ({
    addresses: [`10.${128 + (service >> 8)}.${service & 255}.${i === 0 ? 100 + version : i}`], conditions: { ready: true, serving: true, terminating: false }, nodeName: `node-${(service % 100) + 1}`,
  })),
});
