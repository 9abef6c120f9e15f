import { readFileSync } from 'node:fs';
import { type ClusterSpec, type NodeGroup, PLAIN_GROUP } from '@naumachia/actors/cluster';
import { Document, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { documentRoot } from '../yaml/document.js';
import { type Place, report } from '../yaml/place.js';
import { clusterFields, MOST_NODES } from './cluster-fields.js';

/** What is wrong with a cluster file, or with an object of the same form, where there are neither file nor line. */
export interface ClusterError {
  readonly file?: string;
  readonly line?: number;
  /** `nodeGroups[0].count`; empty for the whole. */
  readonly field: string;
  readonly problem: string;
}

/** Either the cluster, or everything that is wrong with it. */
export type ReadCluster = { readonly cluster: ClusterSpec } | { readonly errors: readonly ClusterError[] };

/** A cluster file that cannot be read at all. */
export class UnreadableClusterFile extends Error {
  override readonly name = 'UnreadableClusterFile';
}

/** `cluster.yaml:7: nodeGroups[0].count: expected ...` */
export const clusterErrorText = ({ file, line, field, problem }: ClusterError): string => [...(file === undefined ? [] : [`${file}:${line}`]), ...(field === '' ? [] : [field]), problem].join(': ');

/** Reads a cluster file. Throws `UnreadableClusterFile` if there is none. */
export const readClusterFile = (path: string): ReadCluster => {
  try {
    return readClusterText(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new UnreadableClusterFile(`cannot read ${path}: ${String(error.code)}`, { cause: error });
    throw error;
  }
};

/** Reads the text of a cluster file, which errors name as `file`. */
export const readClusterText = (source: string, file: string): ReadCluster => {
  const root = documentRoot(source, file, 'a cluster file');
  return root.errors.length > 0 ? { errors: root.errors } : read(root);
};

/** Checks an object as a cluster file with the same contents is checked. */
export const checkCluster = (cluster: object): ReadCluster => {
  const checked = read({ file: '', lines: new LineCounter(), errors: [], node: new Document(cluster).contents, field: '', offset: 0 });
  return 'cluster' in checked ? checked : { errors: checked.errors.map(({ field, problem }) => ({ field, problem })) };
};

const read = (root: Place): ReadCluster => {
  const fields = clusterFields(placesOf(root))(root);
  const cluster = fields && (withoutAbsent(fields) as ClusterSpec);
  if (cluster) judge(cluster, root);
  return cluster === undefined || root.errors.length > 0 ? { errors: root.errors } : { cluster };
};

/** What only all fields together can tell to be wrong. */
const judge = ({ mode = 'packed', hosts, nodes, nodeGroups = [] }: ClusterSpec, root: Place): void => {
  const at = (...path: readonly (string | number)[]): Place => placeAt(root, path);
  if (hosts !== undefined && mode !== 'packed') report(at('hosts'), `mode ${mode} has no number of hosts; leave it out, or choose mode: packed`);
  const first = new Map<string, number>();
  for (const [index, { name, count }] of nodeGroups.entries()) {
    const former = first.get(name);
    if (former !== undefined) report(at('nodeGroups', index, 'name'), `nodeGroups[${former}] has the name ${JSON.stringify(name)} already`);
    else first.set(name, index);
    // The name of a node is also the value of its label kubernetes.io/hostname.
    if (`${name}-${count}`.length > 63) report(at('nodeGroups', index, 'name'), `${name}-${count} would be longer than the 63 characters of a node's name`);
  }
  const count = nodeGroups.reduce((sum, group: NodeGroup) => sum + group.count, nodes ?? 0);
  if (count > MOST_NODES) report(at('nodeGroups'), `${count} nodes are more than the ${MOST_NODES} of a cluster`);
};

/** Groups and zones as far as they can be read: links speak of them. */
const placesOf = ({ node }: Place): Parameters<typeof clusterFields>[0] => {
  const textAt = (from: unknown, name: string): string[] => {
    const value = isMap(from) ? from.get(name) : undefined;
    return typeof value === 'string' ? [value] : [];
  };
  const list: unknown = isMap(node) ? node.get('nodeGroups', true) : undefined;
  const groups = isSeq(list) ? list.items : [];
  const controlPlane = isMap(node) ? node.get('controlPlane', true) : undefined;
  return {
    groups: new Set([PLAIN_GROUP, ...groups.flatMap((group) => textAt(group, 'name'))]),
    zones: new Set([...groups.flatMap((group) => textAt(group, 'zone')), ...textAt(controlPlane, 'zone')]),
  };
};

const placeAt = (root: Place, path: readonly (string | number)[]): Place => {
  let place = root;
  for (const step of path) {
    const node = isMap(place.node) ? place.node.get(step, true) : isSeq(place.node) ? place.node.items[Number(step)] : undefined;
    const field = typeof step === 'number' ? `${place.field}[${step}]` : `${place.field}${place.field === '' ? '' : '.'}${step}`;
    place = { ...place, node, field, offset: isScalar(node) || isMap(node) || isSeq(node) ? ((node as Node).range?.[0] ?? place.offset) : place.offset };
  }
  return place;
};

/** Reads leave out what is absent, so that defaults can stand in one place. */
const withoutAbsent = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, withoutAbsent(inner)]])));
};
