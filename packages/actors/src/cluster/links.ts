import type { LinkLatency } from '@naumachia/core';
import { type ClusterLink, type ClusterLinkEnd, type ClusterSpec, type ComponentKind, CONTROL_PLANE_COMPONENTS, NODE_COMPONENTS, PLAIN_GROUP } from './spec.js';

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** `20ms` or `10ms..30ms` in milliseconds; nothing if it is neither. */
export const linkLatency = (text: string): Pick<LinkLatency, 'least' | 'most'> | undefined => {
  const bounds = text.split('..').map((bound) => {
    const { amount, unit = '' } = /^(?<amount>\d+(?:\.\d+)?)(?<unit>us|ms|s)$/.exec(bound.trim())?.groups ?? {};
    return Number(amount) * (UNITS[unit] ?? Number.NaN);
  });
  const [least = Number.NaN, most = least] = bounds;
  return bounds.length <= 2 && least <= most ? { least, most } : undefined;
};

/** The latencies of a cluster's links as a runtime takes them: by patterns of names, as many as there are groups and not as there are nodes. */
export const clusterLinks = (cluster: Pick<ClusterSpec, 'nodeGroups' | 'controlPlane' | 'links'>): LinkLatency[] =>
  (cluster.links ?? []).flatMap(({ between: [first, second], oneWay = false, latency }: ClusterLink) => {
    const bounds = linkLatency(latency);
    if (!bounds) throw new RangeError(`a link takes ${JSON.stringify(latency)}, which is no latency such as 20ms or 10ms..30ms`);
    const [a, b] = [patterns(first, cluster), patterns(second, cluster)];
    const there: LinkLatency = { ...(a && { from: a }), ...(b && { to: b }), ...bounds };
    return oneWay ? [there] : [there, { ...(b && { from: b }), ...(a && { to: a }), ...bounds }];
  });

/** Nothing: everyone. */
const patterns = (end: ClusterLinkEnd, cluster: Pick<ClusterSpec, 'nodeGroups' | 'controlPlane'>): string[] | undefined => {
  if (end === '*') return undefined;
  const { component, group, zone } = typeof end === 'string' ? { component: end } : end;
  const isNodes = (kind: ComponentKind): boolean => NODE_COMPONENTS.some((each) => each === kind);
  if (group === undefined && zone === undefined) return component === undefined ? undefined : [component];
  const groups = [{ name: PLAIN_GROUP, zone: undefined }, ...(cluster.nodeGroups ?? [])].filter((each) => (group === undefined || each.name === group) && (zone === undefined || each.zone === zone));
  const controlPlane = group === undefined && cluster.controlPlane?.zone === zone ? CONTROL_PLANE_COMPONENTS : [];
  return [
    ...(component === undefined || isNodes(component) ? groups.map(({ name }) => `${component ?? '*'}/${name}-#`) : []),
    ...controlPlane.filter((kind) => component === undefined || kind === component),
  ];
};
