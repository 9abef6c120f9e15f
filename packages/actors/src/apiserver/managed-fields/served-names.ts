import type { GroupResource } from '../../api/object.js';
import type { Comparison } from './compare.js';
import { type FieldSet, fieldSet } from './field-set.js';

/** How events.k8s.io/v1 calls the fields that the store keeps under their names of core/v1. */
const EVENTS: ReadonlyMap<string, string> = new Map([
  ['f:involvedObject', 'f:regarding'],
  ['f:message', 'f:note'],
  ['f:reportingComponent', 'f:reportingController'],
  ['f:source', 'f:deprecatedSource'],
  ['f:firstTimestamp', 'f:deprecatedFirstTimestamp'],
  ['f:lastTimestamp', 'f:deprecatedLastTimestamp'],
  ['f:count', 'f:deprecatedCount'],
]);

/** A comparison in the names of another served version; only Events differ at the top so far. */
export const inServedNames = (resource: GroupResource, apiVersion: string, comparison: Comparison): Comparison =>
  resource === 'events' && apiVersion === 'events.k8s.io/v1' ? { changed: renamed(comparison.changed), removed: renamed(comparison.removed) } : comparison;

const renamed = (set: FieldSet): FieldSet => {
  const pairs = set.elements.map((element, i) => [EVENTS.get(element) ?? element, set.children[i] as FieldSet] as const);
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return fieldSet(set.member, pairs.map(([element]) => element), pairs.map(([, child]) => child));
};
