import { codec, type Fields } from '@naumachia/core';
import type { KubernetesObject, ObjectHeader, OwnerReference } from '../../api/object.js';
import type { Stored } from '../../api/requests.js';
import { type ApiResource, apiResources, resourceByKind } from '../../api/resources.js';
import type { Informers, ObjectView } from '../../machinery/informer.js';
import { objectKey } from '../../machinery/requests.js';
import { type OwnedObject, ownedObject } from '../owned-object.js';

const FIELDS: Fields = { metadata: { ownerReferences: true, finalizers: true, deletionTimestamp: true } };

/** The view of kinds that no other controller caches. What came from another host is not decoded for that. */
export const storedOwnership = (stored: Stored<KubernetesObject>): OwnedObject =>
  ownedObject(stored.header, (stored.hasBytes ? (codec().readFields(stored.bytes, FIELDS) as KubernetesObject) : stored.value).metadata);

/** By revision: each is looked at when it comes and when the next one does. */
const looked = new WeakMap<ObjectView, OwnedObject>();

/** The same of whatever another controller keeps: its view, or the object itself. */
export const ownershipOf = (view: ObjectView): OwnedObject => {
  if ('owners' in view) return view as OwnedObject;
  let owned = looked.get(view);
  if (owned === undefined) looked.set(view, (owned = storedOwnership(view as Stored<KubernetesObject>)));
  return owned;
};

/** Kinds whose objects can have owners and be one: all that can be listed, watched and deleted, but Events, which nothing owns. */
export const collectedResources = (): readonly ApiResource[] =>
  apiResources().filter(({ groupResource, storedResource, apiVersion, storedApiVersion, verbs }) =>
    groupResource === storedResource && apiVersion === storedApiVersion && groupResource !== 'events' && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb)));

/** Names an object in queues and sets: `pods default/web-0`. */
export const nodeOf = ({ resource, namespace, name }: ObjectHeader): string => `${resource} ${objectKey(namespace, name)}`;

export const splitNode = (node: string): { readonly resource: string; readonly key: string } => {
  const space = node.indexOf(' ');
  return { resource: node.slice(0, space), key: node.slice(space + 1) };
};

export const cached = (informers: Informers, resource: string, key: string): OwnedObject | undefined => {
  const view = informers.byName.get(resource)?.objects.get(key);
  return view === undefined ? undefined : ownershipOf(view);
};

/** Where an owner is to be found: beside its dependent, or outside of namespaces. */
export const ownerPlace = ({ apiVersion, kind, name }: OwnerReference, namespace: string): { readonly resource: string; readonly namespace: string; readonly key: string } | undefined => {
  const resource = resourceByKind(apiVersion, kind);
  if (resource === undefined) return undefined;
  const place = resource.namespaced ? namespace : '';
  return { resource: resource.storedResource, namespace: place, key: objectKey(place, name) };
};
