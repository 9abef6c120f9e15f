import type { ActorContext } from '@naumachia/core';
import type { OptimisticPutRequest } from '../../api/etcd-requests.js';
import type { KubernetesObject } from '../../api/object.js';
import { headerOf } from '../object-header.js';
import { keyOf, kindOfResource, namespaceOf } from '../registry.js';
import { resourceByKind } from '../../api/resources.js';
import type { ApiServerState } from '../state.js';
import { cached } from '../watch-cache.js';
import { completeNew } from '../storage/create.js';
import { firstServiceAddress, serviceRange } from '../storage/service-allocation.js';

/** The manager of what the server makes by itself. */
const FIELD_MANAGER = 'kube-apiserver';

/** The objects that a fresh API server makes and the store lacks, as guarded writes. */
export const bootstrapWrites = (state: ApiServerState, context: ActorContext): OptimisticPutRequest[] => {
  const writes: OptimisticPutRequest[] = [];
  for (const object of bootstrapObjects(state)) {
    const kind = kindOfResource(resourceByKind(object.apiVersion, object.kind)?.groupResource ?? '');
    if (kind === undefined) throw new Error(`the API has no ${object.apiVersion} ${object.kind}`);
    const namespace = namespaceOf(kind, object);
    const name = object.metadata.name ?? '';
    if (cached(state.cache, kind.resource, namespace, name) !== undefined) continue;
    const value = completeNew(kind, object, namespace, FIELD_MANAGER, context);
    writes.push({ type: 'optimistic-put', key: keyOf(kind, namespace, name), expected: 0, header: headerOf(kind, value, 'created'), value });
  }
  return writes;
};

const bootstrapObjects = (state: ApiServerState): readonly KubernetesObject[] => {
  const minimal = [...SYSTEM_NAMESPACES.map(namespaceNamed), ...kubernetesService(state)];
  return state.config.bootstrap === 'minimal' ? minimal : [...minimal, ...priorityClasses];
};

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'default'] as const;

const namespaceNamed = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** The Service by which pods reach the API, its address, its endpoints, and the range that the address is of. */
const kubernetesService = (state: ApiServerState): readonly KubernetesObject[] => {
  const address = firstServiceAddress(state.config);
  const ip = state.config.advertiseAddress ?? '10.0.0.1';
  const port = state.config.securePort ?? 6443;
  const metadata = { name: 'kubernetes', namespace: 'default' };
  return [
    { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'kubernetes' }, spec: { cidrs: [serviceRange(state.config).text] } },
    {
      apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress',
      metadata: { name: address, labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'kubernetes' } },
    },
    {
      apiVersion: 'v1', kind: 'Service', metadata: Object.assign({}, metadata, { labels: { component: 'apiserver', provider: 'kubernetes' } }),
      spec: {
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }], clusterIP: address, clusterIPs: [address], type: 'ClusterIP', sessionAffinity: 'None',
        ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster',
      },
      status: { loadBalancer: {} },
    },
    {
      apiVersion: 'v1', kind: 'Endpoints', metadata: Object.assign({}, metadata, { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }),
      subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
    },
    {
      apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: Object.assign({}, metadata, { labels: { 'kubernetes.io/service-name': 'kubernetes' } }),
      addressType: 'IPv4', endpoints: [{ addresses: [ip], conditions: { ready: true } }], ports: [{ name: 'https', protocol: 'TCP', port }],
    },
  ];
};

/** The classes of system pods (pkg/apis/scheduling). */
const priorityClasses: readonly KubernetesObject[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-cluster-critical' }, value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.', preemptionPolicy: 'PreemptLowerPriority',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-node-critical' }, value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.', preemptionPolicy: 'PreemptLowerPriority',
  },
];
