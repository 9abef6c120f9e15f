import type { KubernetesObject, Stored } from '@naumachia/actors';
import type { EndpointSlice, Pod } from '@naumachia/actors/api';
import type { World } from './world.js';

/**
 * What a run has left behind: for each name, the contents of the objects that have it. Names that the API server draws are cut off where
 * chance begins, so that all pods of a ReplicaSet share one.
 */
export type Outcome = ReadonlyMap<string, readonly string[]>;

interface Value extends KubernetesObject {
  readonly spec?: object;
  readonly status?: object;
}

/** Written all the time, or the API server's own bookkeeping of what chance has allocated. */
const LEFT_OUT: ReadonlySet<string> = new Set(['events', 'leases.coordination.k8s.io', 'ranges', 'ipaddresses.networking.k8s.io']);

/**
 * The end state of a run as far as it may not depend on what failed on the way. Of every object but Events, Leases and allocated ranges:
 *
 * - its resource, namespace and name, and how many there are of it;
 * - labels, annotations, finalizers and owners (kind and name), and every other field than `metadata` and `status`;
 * - of the status: phases, conditions (type and status), and the counts of pods and endpoints.
 *
 * Left out is what chance decides: generated suffixes of names, nodes, addresses, ports and subnets that were allocated, the names of token
 * volumes; uids, revisions and times; and what tells how the end was reached: generations, restarts, revisions of rollouts, ReplicaSets that are asked
 * for no pods (a template that was replaced before its controller saw it has none), failed pods that wait for the garbage collector, and how
 * endpoints are cut into slices.
 */
export const outcomeOf = (world: World): Outcome => {
  const outcome = new Map<string, string[]>();
  const endpoints = new Map<string, number>();
  for (const resource of world.resources) {
    if (LEFT_OUT.has(resource)) continue;
    for (const stored of world.all<Value>(resource).values()) {
      if (resource === 'endpointslices.discovery.k8s.io') countEndpoints(endpoints, stored as unknown as Stored<EndpointSlice>);
      else if (!isRemnant(resource, stored)) enter(outcome, `${resource} ${nameOf(stored)}`, contentOf(stored.value));
    }
  }
  for (const [service, count] of endpoints) enter(outcome, `ready endpoints of ${service}`, String(count));
  for (const contents of outcome.values()) contents.sort();
  return outcome;
};

const enter = (outcome: Map<string, string[]>, name: string, content: string): void => {
  const known = outcome.get(name);
  if (known) known.push(content);
  else outcome.set(name, [content]);
};

const nameOf = ({ header, value }: Stored<Value>): string => `${header.namespace === '' ? '' : `${header.namespace}/`}${generated(value) ?? header.name}`;

const generated = ({ metadata }: KubernetesObject): string | undefined => (metadata.generateName === undefined ? undefined : `${metadata.generateName}*`);

const isRemnant = (resource: string, { value }: Stored<Value>): boolean => {
  if (resource === 'replicasets.apps') return (value.spec as { readonly replicas?: number } | undefined)?.replicas === 0;
  return resource === 'pods' && (value as unknown as Pod).status?.phase === 'Failed' && value.metadata.ownerReferences !== undefined;
};

const countEndpoints = (endpoints: Map<string, number>, { header, value }: Stored<EndpointSlice>): void => {
  const service = `${header.namespace}/${header.labels?.['kubernetes.io/service-name'] ?? header.name}`;
  const ready = (value.endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).length;
  endpoints.set(service, (endpoints.get(service) ?? 0) + ready);
};

/** How far a rollout has come, and when an endpoint changed, is the way and not the end. */
const OF_THE_WAY: ReadonlySet<string> = new Set(['deployment.kubernetes.io/revision', 'deployment.kubernetes.io/revision-history', 'endpoints.kubernetes.io/last-change-trigger-time']);
/** Fields that hold what was allocated, or where the scheduler put something. */
const OF_CHANCE: ReadonlySet<string> = new Set(['nodeName', 'clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort', 'podCIDR', 'podCIDRs', 'ip', 'targetRef', 'uid']);
const TOKEN_VOLUME = /^kube-api-access-\w{5}$/;

const contentOf = (value: Value): string => {
  const { apiVersion: _version, kind: _kind, metadata, status, ...rest } = value;
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !OF_THE_WAY.has(key)));
  const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`).sort();
  const content = { labels: metadata.labels ?? {}, annotations, finalizers: metadata.finalizers ?? [], owners, ...rest, status: status && statusOf(status as Status) };
  return JSON.stringify(content, (key: string, inner: unknown) => (OF_CHANCE.has(key) ? undefined : typeof inner === 'string' && TOKEN_VOLUME.test(inner) ? 'kube-api-access-*' : sorted(inner)));
};

/** Objects of equal content have equal text. */
const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));

interface Status {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  readonly [count: string]: unknown;
}

const COUNTS = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'fullyLabeledReplicas'];

const statusOf = (status: Status): object => ({
  phase: status.phase,
  // A disruption that did not come about belongs to the way.
  conditions: Object.fromEntries((status.conditions ?? []).filter(({ type, status: value }) => type !== 'DisruptionTarget' || value === 'True').map(({ type, status: value }) => [type, value])),
  ...Object.fromEntries(COUNTS.map((name) => [name, status[name]])),
});

/** What one run has left that another has not, one line for each name. */
export const outcomesDiffer = (here: Outcome, there: Outcome): readonly string[] => {
  const problems: string[] = [];
  for (const name of new Set([...here.keys(), ...there.keys()])) {
    const [mine, other] = [here.get(name) ?? [], there.get(name) ?? []];
    if (mine.length !== other.length) problems.push(`there are ${mine.length} ${name}; without faults there are ${other.length}`);
    else {
      const at = mine.findIndex((content, index) => content !== other[index]);
      if (at >= 0) problems.push(`${name}: ${firstDifference(JSON.parse(mine[at] ?? ''), JSON.parse(other[at] ?? ''), '')}`);
    }
  }
  return problems;
};

const firstDifference = (mine: unknown, other: unknown, path: string): string => {
  if (isTree(mine) && isTree(other)) {
    for (const key of new Set([...Object.keys(mine), ...Object.keys(other)])) {
      if (JSON.stringify(mine[key]) !== JSON.stringify(other[key])) return firstDifference(mine[key], other[key], path === '' ? key : `${path}.${key}`);
    }
  }
  return `${path === '' ? 'is' : `${path} is`} ${JSON.stringify(mine) ?? 'absent'}; without faults it is ${JSON.stringify(other) ?? 'absent'}`;
};

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
