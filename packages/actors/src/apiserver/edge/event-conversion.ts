import type { KubernetesObject } from '../../api/object.js';

/**
 * Events have two faces: `events` of the core group, in which they are stored, and `events.events.k8s.io`. The fields of the second
 * were renamed, and those of the first that it gave up are called deprecated (k8s.io/kubernetes/pkg/apis/events/v1 conversion).
 */

/** Names in events.k8s.io/v1 by those in v1. */
const RENAMED: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

const toEvents = new Map(RENAMED);
const toCore = new Map(RENAMED.map(([core, events]) => [events, core]));

const rename = (object: KubernetesObject, names: ReadonlyMap<string, string>, apiVersion: string): KubernetesObject => {
  const out: Record<string, unknown> = {};
  for (const field in object) out[names.get(field) ?? field] = object[field];
  return { ...out, apiVersion, kind: 'Event', metadata: object.metadata };
};

export const eventsEvent = (event: KubernetesObject): KubernetesObject => rename(event, toEvents, 'events.k8s.io/v1');
export const coreEvent = (event: KubernetesObject): KubernetesObject => rename(event, toCore, 'v1');
