import { parseFieldSelector } from '../../api/field-selector.js';
import type { KubernetesObject } from '../../api/object.js';
import { badRequest } from '../../api/status.js';
import { Refusal } from './request-options.js';

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
  return Object.assign({}, out, { apiVersion, kind: 'Event', metadata: object.metadata });
};

export const eventsEvent = (event: KubernetesObject): KubernetesObject => rename(event, toEvents, 'events.k8s.io/v1');
export const coreEvent = (event: KubernetesObject): KubernetesObject => rename(event, toCore, 'v1');

/** The fields by which `events.events.k8s.io` can be selected, with the core names under which they are stored. */
const coreField = (field: string): string => {
  if (field.startsWith('regarding.')) return `involvedObject.${field.slice('regarding.'.length)}`;
  if (field === 'reportingController') return 'reportingComponent';
  if (field === 'reason' || field === 'type' || field === 'metadata.name' || field === 'metadata.namespace') return field;
  throw new Refusal(badRequest(`field label not supported: ${field}`));
};

/** A field selector of events.k8s.io/v1 in the names of v1. Throws a Refusal for a field that is not offered. */
export const coreFieldSelector = (text: string): string => {
  const parsed = parseFieldSelector(text);
  if ('error' in parsed) return text;
  return parsed.requirements.map(({ field, operator, value }) => `${coreField(field)}${operator}${value.replaceAll(/[\\,=]/g, '\\$&')}`).join(',');
};
