import type { KubernetesObject, ObjectMeta } from '../../api/object.js';
import type { Stored } from '../../api/requests.js';

/**
 * The JSON of stored objects, without kind and apiVersion: of the last few thousand that were shown, as a list of everything would
 * otherwise double what the store takes.
 */
const bodies = new WeakMap<Stored, string>();
const KEPT_BODIES = 4096;
const shown: (Stored | undefined)[] = new Array<Stored | undefined>(KEPT_BODIES);
let nextShown = 0;

/**
 * The JSON of an object as clients see it, kind and apiVersion first: the revision of the header becomes metadata.resourceVersion,
 * and the field sets of managedFields, which are kept as JSON text, become objects. It is made once per stored object.
 */
export const storedJson = (stored: Stored): string => `${typeJson(stored.value.kind, stored.value.apiVersion)}${storedBody(stored)}`;

/** The same without kind and apiVersion: how an item of a list is written. */
export const storedItemJson = (stored: Stored): string => `{${storedBody(stored)}`;

/** The JSON of an object that is not stored; its metadata holds its resourceVersion, if it has one. */
export const valueJson = (value: KubernetesObject): string =>
  `${typeJson(value.kind, value.apiVersion)}${bodyJson(value, value.metadata?.resourceVersion)}`;

/** `PartialObjectMetadata` of an object. */
export const partialJson = (stored: Stored, metaVersion: string): string =>
  `${typeJson('PartialObjectMetadata', `meta.k8s.io/${metaVersion}`)}"metadata":${metadataJson(stored.value.metadata, String(stored.header.revision))}}`;

export const partialValueJson = (value: KubernetesObject, metaVersion: string): string =>
  `${typeJson('PartialObjectMetadata', `meta.k8s.io/${metaVersion}`)}"metadata":${metadataJson(value.metadata, value.metadata?.resourceVersion)}}`;

/** The beginning of an object, up to its metadata. */
export const typeJson = (kind: string, apiVersion: string): string => `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;

const storedBody = (stored: Stored): string => {
  const kept = bodies.get(stored);
  if (kept !== undefined) return kept;
  const body = bodyJson(stored.value, String(stored.header.revision));
  const leaving = shown[nextShown];
  if (leaving !== undefined) bodies.delete(leaving);
  shown[nextShown] = stored;
  nextShown = (nextShown + 1) % KEPT_BODIES;
  bodies.set(stored, body);
  return body;
};

/** `"metadata":{...},"spec":...}`, with the closing brace. */
const bodyJson = (value: KubernetesObject, resourceVersion: string | undefined): string => {
  let out = `"metadata":${metadataJson(value.metadata, resourceVersion)}`;
  for (const field in value) {
    if (field === 'metadata' || field === 'kind' || field === 'apiVersion') continue;
    const json = JSON.stringify(value[field]);
    if (json !== undefined) out += `,${JSON.stringify(field)}:${json}`;
  }
  return `${out}}`;
};

/** In the order of ObjectMeta's fields. */
const metadataJson = (metadata: ObjectMeta | undefined, resourceVersion: string | undefined): string => {
  if (metadata === undefined) return '{}';
  let out = '';
  const add = (field: string, json: string): void => {
    out += `${out === '' ? '{' : ','}"${field}":${json}`;
  };
  if (metadata.name !== undefined) add('name', JSON.stringify(metadata.name));
  if (metadata.generateName !== undefined) add('generateName', JSON.stringify(metadata.generateName));
  if (metadata.namespace !== undefined) add('namespace', JSON.stringify(metadata.namespace));
  if (metadata.selfLink !== undefined) add('selfLink', JSON.stringify(metadata.selfLink));
  if (metadata.uid !== undefined) add('uid', JSON.stringify(metadata.uid));
  if (resourceVersion !== undefined) add('resourceVersion', JSON.stringify(resourceVersion));
  if (metadata.generation !== undefined) add('generation', JSON.stringify(metadata.generation));
  if (metadata.creationTimestamp !== undefined) add('creationTimestamp', JSON.stringify(metadata.creationTimestamp));
  if (metadata.deletionTimestamp !== undefined) add('deletionTimestamp', JSON.stringify(metadata.deletionTimestamp));
  if (metadata.deletionGracePeriodSeconds !== undefined) add('deletionGracePeriodSeconds', JSON.stringify(metadata.deletionGracePeriodSeconds));
  if (metadata.labels !== undefined) add('labels', JSON.stringify(metadata.labels));
  if (metadata.annotations !== undefined) add('annotations', JSON.stringify(metadata.annotations));
  if (metadata.ownerReferences !== undefined) add('ownerReferences', JSON.stringify(metadata.ownerReferences));
  if (metadata.finalizers !== undefined) add('finalizers', JSON.stringify(metadata.finalizers));
  if (metadata.managedFields !== undefined) add('managedFields', managedFieldsJson(metadata.managedFields));
  return out === '' ? '{}' : `${out}}`;
};

const managedFieldsJson = (entries: NonNullable<ObjectMeta['managedFields']>): string => {
  const all: string[] = [];
  for (const { fieldsV1, subresource, ...entry } of entries) {
    let json = JSON.stringify(entry);
    if (fieldsV1 !== undefined) json = withField(json, 'fieldsV1', fieldsV1);
    if (subresource !== undefined) json = withField(json, 'subresource', JSON.stringify(subresource));
    all.push(json);
  }
  return `[${all.join(',')}]`;
};

const withField = (json: string, field: string, value: string): string => `${json.slice(0, -1)}${json === '{}' ? '' : ','}"${field}":${value}}`;
