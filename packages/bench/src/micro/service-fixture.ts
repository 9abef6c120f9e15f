import { compileService, compileSlice, type NodeView, parseIp, parseRanges, type TableChange } from '@naumachia/actors/kube-proxy';

/** Services and EndpointSlices of a large cluster, compiled one by one as a list brings them. */
export interface ServiceFixture {
  readonly changes: readonly TableChange[];
  readonly endpoints: number;
}

/** One Service with one slice each; every tenth has a node port, and the endpoints lie on a thousand nodes. */
export const serviceFixture = (services: number, endpointsPerService = 8): ServiceFixture => {
  const changes: TableChange[] = [];
  let endpoints = 0;
  for (let index = 0; index < services; index++) {
    const count = endpointsOf(index, endpointsPerService);
    endpoints += count;
    changes.push(serviceChange(index), sliceChange(index, count));
  }
  return { changes, endpoints };
};

/** The scale that a network programming delay is measured at: 8,100 services with 67,750 endpoints. */
export const LARGE_CLUSTER = { services: 8100, endpointsPerService: 67_750 / 8100 };

export const clusterIpOf = (index: number): string => `10.96.${(index >> 8) & 255}.${index & 255}`;

/** Spread so that a fraction comes out as a mean. */
const endpointsOf = (index: number, mean: number): number => Math.floor((index + 1) * mean) - Math.floor(index * mean);

const serviceChange = (index: number): TableChange => {
  const service = compileService({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'load', name: `web-${index}` },
    spec: {
      type: index % 10 === 0 ? 'NodePort' : 'ClusterIP',
      clusterIP: clusterIpOf(index),
      clusterIPs: [clusterIpOf(index)],
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, ...(index % 10 === 0 && { nodePort: 30_000 + index / 10 }) }],
    },
  });
  return { type: 'service', key: `load/web-${index}`, service };
};

/** The slice of a service; another `version` moves one endpoint to another address. */
export const sliceChange = (index: number, count: number, version = 0): TableChange => {
  const endpoints = [];
  for (let i = 0; i < count; i++) {
    const node = (index * 7 + i * 131) % 1000;
    const host = i === 0 ? version % 250 : (index + i) % 250;
    endpoints.push({ addresses: [`10.${244 + (node >> 8)}.${node & 255}.${host + 1}`], conditions: { ready: true, serving: true, terminating: false }, nodeName: `node-${node}`, zone: `zone-${node % 3}` });
  }
  const slice = compileSlice({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'load', name: `web-${index}-x`, labels: { 'kubernetes.io/service-name': `web-${index}` } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  });
  return { type: 'slice', key: `load/web-${index}`, name: `web-${index}-x`, slice };
};

export const NODE_VIEW: NodeView = {
  mode: 'nftables',
  localhostNodePorts: true,
  nodeName: 'node-1',
  zone: 'zone-1',
  nodeIps: [parseIp('172.16.0.1') ?? 0],
  addresses: [parseIp('172.16.0.1') ?? 0],
  nodePortAddresses: [parseIp('172.16.0.1') ?? 0],
  detector: { type: 'ranges', ranges: parseRanges(['10.244.0.0/14']) },
  masqueradeAll: false,
  serviceRanges: parseRanges(['10.96.0.0/16']),
};
