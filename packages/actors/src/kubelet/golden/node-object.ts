import type { KubernetesObject } from '../../api/object.js';
import { leavesOf, normalise } from './trace.js';

/** Which images a node has depends on what ran on it before. */
const NOT_COMPARED = /^status\.images/;

/** A line for each field of a node. */
const linesOf = (node: KubernetesObject | undefined): string[] => {
  const leaves = leavesOf(node ?? {});
  const identities = new Map<string, string>();
  return Object.keys(leaves)
    .filter((path) => !NOT_COMPARED.test(path))
    .sort()
    .map((path) => `${path} = ${normalise(JSON.stringify(leaves[path]), identities)}`);
};

/** The first difference between the nodes that were there at the end of a recorded run and ours. */
export const compareNodes = (recorded: readonly KubernetesObject[], ours: readonly KubernetesObject[]): string | undefined => {
  for (const object of recorded) {
    if (object.kind !== 'Node') continue;
    const { name } = object.metadata;
    const mine = linesOf(ours.find((other) => other.kind === 'Node' && other.metadata.name === name));
    const theirs = linesOf(object);
    const lacking = theirs.find((line) => !mine.includes(line));
    const surplus = mine.find((line) => !theirs.includes(line));
    if (lacking !== undefined || surplus !== undefined) return `Node ${name}: ${surplus ?? 'nothing'} instead of ${lacking ?? 'nothing'}`;
  }
  return undefined;
};
