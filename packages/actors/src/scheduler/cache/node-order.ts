/**
 * The order in which nodes are looked at (backend/cache/node_tree.go): nodes are grouped by region and zone, groups stand in
 * the order in which they were first seen, and the order takes one node of each group in turn.
 */
export interface NodeOrder {
  readonly zones: Map<string, number[]>;
  readonly zoneOf: Map<number, string>;
  /** Set when a node came or went since `order` was made. */
  stale: boolean;
  /** Node slots in turn order; only the first `count` are meant. */
  order: Int32Array;
  count: number;
}

export const newNodeOrder = (): NodeOrder => ({ zones: new Map(), zoneOf: new Map(), stale: false, order: new Int32Array(0), count: 0 });

const firstOf = (labels: Readonly<Record<string, string>>, ...names: readonly string[]): string => {
  for (const name of names) if (labels[name] !== undefined) return labels[name];
  return '';
};

/** component-helpers/node/topology `GetZoneKey`: the beta labels win over the stable ones. */
export const zoneKey = (labels: Readonly<Record<string, string>> | undefined): string => {
  if (!labels) return '';
  const region = firstOf(labels, 'failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region');
  const zone = firstOf(labels, 'failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone');
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
};

/** Puts a node where it belongs; one that changed its zone moves to the end of the new one. */
export const placeNode = (order: NodeOrder, node: number, zone: string): void => {
  const former = order.zoneOf.get(node);
  if (former === zone) return;
  if (former !== undefined) dropNode(order, node);
  const group = order.zones.get(zone);
  if (group) group.push(node);
  else order.zones.set(zone, [node]);
  order.zoneOf.set(node, zone);
  order.stale = true;
};

export const dropNode = (order: NodeOrder, node: number): void => {
  const zone = order.zoneOf.get(node);
  const group = zone === undefined ? undefined : order.zones.get(zone);
  if (zone === undefined || !group) return;
  group.splice(group.indexOf(node), 1);
  if (group.length === 0) order.zones.delete(zone);
  order.zoneOf.delete(node);
  order.stale = true;
};

/** Makes the order anew if nodes came or went; that is all that a cycle's snapshot costs besides. */
export const refreshOrder = (order: NodeOrder): void => {
  if (!order.stale) return;
  const total = order.zoneOf.size;
  if (order.order.length < total) order.order = new Int32Array(Math.max(total, order.order.length * 2));
  const groups = [...order.zones.values()];
  let count = 0;
  for (let turn = 0; count < total; turn++) {
    for (const group of groups) if (turn < group.length) order.order[count++] = group[turn] as number;
  }
  order.count = total;
  order.stale = false;
};
