import type { ProtocolNumber } from './compiled-service.js';
import { type CompiledSlice, type EndpointColumns, READY, SERVING, TERMINATING } from './compiled-slice.js';
import type { IpAddress, IpFamily } from './ip-address.js';

/** Endpoints to choose from, each equally likely: the first `count` of a set, or those of the set that `at` lists. */
export interface Picks {
  readonly count: number;
  readonly at: readonly number[] | undefined;
}

/**
 * The endpoints behind one port of a Service, from all its EndpointSlices. What does not depend on a node is settled here; the rest
 * (endpoints of a node, hints) is found at look-up, from the same shared set, by `localPicks` and `clusterPicks`.
 */
export interface EndpointSet {
  readonly endpoints: EndpointColumns;
  /** Port of every endpoint, unless `ports` says that of each. */
  readonly port: number;
  readonly ports: readonly number[] | undefined;
  /** What traffic policy Cluster uses without hints: ready endpoints, or serving ones that terminate if none is ready. Empty: no endpoints at all. */
  readonly cluster: Picks;
  /** Every ready endpoint names the nodes, or zones, that should use it. */
  readonly hintsNodes: boolean;
  readonly hintsZones: boolean;
}

const NOBODY: Picks = { count: 0, at: undefined };

export const NO_ENDPOINTS: EndpointSet = {
  endpoints: { addresses: [], conditions: [], nodes: [], zoneHints: undefined, nodeHints: undefined },
  port: 0,
  ports: undefined,
  cluster: NOBODY,
  hintsNodes: false,
  hintsZones: false,
};

export const portOf = (set: EndpointSet, at: number): number => (set.ports === undefined ? set.port : (set.ports[at] as number));

/** The endpoints of a service port: those of the slices' ports of the same name and protocol. */
export const endpointSetOf = (slices: readonly CompiledSlice[], family: IpFamily, portName: string, protocol: ProtocolNumber): EndpointSet => {
  const parts: Part[] = [];
  for (const slice of slices) {
    if (slice.family !== family || slice.endpoints.addresses.length === 0) continue;
    for (const port of slice.ports) if (port.name === portName && port.protocol === protocol) parts.push({ slice, port: port.port });
  }
  const [first] = parts;
  if (first === undefined) return NO_ENDPOINTS;
  // Nearly every Service has one slice: its columns are used as they are.
  if (parts.length === 1 && first.slice.distinct) return settled(first.slice.endpoints, first.port, undefined);
  return merged(parts);
};

interface Part {
  readonly slice: CompiledSlice;
  readonly port: number;
}

const merged = (parts: readonly Part[]): EndpointSet => {
  const known = new Map<string, number>();
  const addresses: IpAddress[] = [];
  const conditions: number[] = [];
  const nodes: string[] = [];
  const zoneHints: (readonly string[])[] = [];
  const nodeHints: (readonly string[])[] = [];
  const ports: number[] = [];
  for (const { slice, port } of parts) {
    const from = slice.endpoints;
    for (const [at, address] of from.addresses.entries()) {
      const key = `${address}|${port}`;
      const condition = from.conditions[at] as number;
      let to = known.get(key);
      if (to === undefined) {
        to = addresses.length;
        known.set(key, to);
      } else if ((condition & TERMINATING) !== 0 || ((conditions[to] as number) & TERMINATING) === 0) {
        // While an endpoint moves from slice to slice it stands in both: the one that does not terminate is kept (pkg/proxy/endpointslicecache.go).
        continue;
      }
      addresses[to] = address;
      conditions[to] = condition;
      nodes[to] = from.nodes[at] as string;
      zoneHints[to] = from.zoneHints?.[at] ?? [];
      nodeHints[to] = from.nodeHints?.[at] ?? [];
      ports[to] = port;
    }
  }
  const hinted = (hints: readonly (readonly string[])[]): readonly (readonly string[])[] | undefined => (hints.some((some) => some.length > 0) ? hints : undefined);
  return settled({ addresses, conditions, nodes, zoneHints: hinted(zoneHints), nodeHints: hinted(nodeHints) }, 0, ports);
};

const settled = (endpoints: EndpointColumns, port: number, ports: readonly number[] | undefined): EndpointSet => {
  const { conditions, zoneHints, nodeHints } = endpoints;
  let ready = 0;
  for (const condition of conditions) if (isReady(condition)) ready++;
  const cluster = ready === conditions.length ? { count: ready, at: undefined } : picks(conditions, ready > 0 ? isReady : isLastResort);
  const allHint = (hints: readonly (readonly string[])[] | undefined): boolean =>
    hints !== undefined && ready > 0 && conditions.every((condition, at) => !isReady(condition) || (hints[at] as readonly string[]).length > 0);
  return { endpoints, port, ports, cluster, hintsNodes: allHint(nodeHints), hintsZones: allHint(zoneHints) };
};

const isReady = (condition: number): boolean => (condition & READY) !== 0;
/** Used where nothing is ready: it serves while it terminates (KEP-1669). */
const isLastResort = (condition: number): boolean => (condition & (READY | SERVING | TERMINATING)) === (SERVING | TERMINATING);

const picks = (conditions: readonly number[], wanted: (condition: number, at: number) => boolean): Picks => {
  const at: number[] = [];
  for (const [index, condition] of conditions.entries()) if (wanted(condition, index)) at.push(index);
  return at.length === 0 ? NOBODY : { count: at.length, at };
};

/** What has been asked of a set for a node, or a zone. Beside the set, not in it, so that the table stays a plain value. */
interface Asked {
  readonly local: Map<string, Picks>;
  readonly nodes: Map<string, Picks>;
  readonly zones: Map<string, Picks>;
}
const asked = new WeakMap<EndpointSet, Asked>();

const askedOf = (set: EndpointSet): Asked => {
  let found = asked.get(set);
  if (found === undefined) asked.set(set, (found = { local: new Map(), nodes: new Map(), zones: new Map() }));
  return found;
};

/** What traffic policy Local uses on a node: its ready endpoints, or those that serve while they terminate (CategorizeEndpoints of pkg/proxy/topology.go). */
export const localPicks = (set: EndpointSet, node: string): Picks => {
  const known = askedOf(set).local;
  let found = known.get(node);
  if (found === undefined) {
    const { conditions, nodes } = set.endpoints;
    found = picks(conditions, (condition, at) => nodes[at] === node && isReady(condition));
    if (found.count === 0) found = picks(conditions, (condition, at) => nodes[at] === node && isLastResort(condition));
    known.set(node, found);
  }
  return found;
};

/**
 * What traffic policy Cluster uses on a node: where every ready endpoint has hints and some are for this node, or else for this
 * zone, those alone (topologyModeFromHints of pkg/proxy/topology.go).
 */
export const clusterPicks = (set: EndpointSet, node: string, zone: string): Picks => {
  if (!set.hintsNodes && !set.hintsZones) return set.cluster;
  const { nodeHints, zoneHints } = set.endpoints;
  if (set.hintsNodes && nodeHints) {
    const near = hintedPicks(set, askedOf(set).nodes, nodeHints, node);
    if (near.count > 0) return near;
  }
  if (set.hintsZones && zoneHints) {
    const near = hintedPicks(set, askedOf(set).zones, zoneHints, zone);
    if (near.count > 0) return near;
  }
  return set.cluster;
};

const hintedPicks = (set: EndpointSet, known: Map<string, Picks>, hints: readonly (readonly string[])[], wanted: string): Picks => {
  let found = known.get(wanted);
  if (found === undefined) {
    found = picks(set.endpoints.conditions, (condition, at) => isReady(condition) && (hints[at] as readonly string[]).includes(wanted));
    known.set(wanted, found);
  }
  return found;
};
