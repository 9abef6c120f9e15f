import type { KubernetesObject, ObjectHeader } from '../api/object.js';
import { type Kind, namespaceOf } from './registry.js';

/** What a write tells etcd to keep readable beside the value; etcd adds the revisions. */
export type WrittenHeader = Omit<ObjectHeader, 'revision' | 'createRevision'>;

const NO_KEYS: readonly string[] = [];

export const headerOf = (kind: Kind, object: KubernetesObject, change: ObjectHeader['change']): WrittenHeader => {
  const { metadata } = object;
  const namespace = namespaceOf(kind, object);
  const name = metadata.name ?? '';
  const uid = metadata.uid ?? '';
  const keys = kind.strategy.routingKeys?.(object) ?? NO_KEYS;
  const { resource } = kind;
  return metadata.labels === undefined ? { resource, namespace, name, uid, change, keys } : { resource, namespace, name, uid, change, labels: metadata.labels, keys };
};
