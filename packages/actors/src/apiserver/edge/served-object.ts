import { apiType } from '../../api/fields.js';
import type { KubernetesObject } from '../../api/object.js';
import { kindType } from '../../api/fields.js';
import type { ApiResource } from '../../api/resources.js';
import type { Stored } from '../../api/requests.js';
import { rebuild } from '../../api/table-order.js';
import { coreEvent, coreFieldSelector, eventsEvent } from './event-conversion.js';
import { storedItemJson, storedJson, valueJson } from './object-json.js';

/** Objects are stored in one version of one group; these functions show them in the version that a client asked for. */

/** The JSON of an object in the version of `resource`. */
export const servedJson = (stored: Stored, resource: ApiResource): string =>
  stored.value.apiVersion === resource.apiVersion ? storedJson(stored) : valueJson(convertObject(withResourceVersion(stored), resource));

/** The same as an item of a list, without kind and apiVersion. */
export const servedItemJson = (stored: Stored, resource: ApiResource): string => {
  if (stored.value.apiVersion === resource.apiVersion) return storedItemJson(stored);
  const json = servedJson(stored, resource);
  return `{${json.slice(json.indexOf('"metadata":'))}`;
};

/** An object that is not stored (an outcome of a dry run, a Scale), in the version of `resource`. */
export const servedValue = (value: KubernetesObject, resource: ApiResource): KubernetesObject =>
  value.kind === resource.kind && value.apiVersion !== resource.apiVersion ? convertObject(value, resource) : value;

/** The object with its resourceVersion, in the version of `resource`. */
export const servedObject = (stored: Stored, resource: ApiResource): KubernetesObject => servedValue(withResourceVersion(stored), resource);

/** What a client sent, in the version that is stored. */
export const storedVersionOf = (object: KubernetesObject, resource: ApiResource): KubernetesObject => {
  if (resource.apiVersion === resource.storedApiVersion || resource.storedResource !== 'events') return object;
  const type = apiType('core.v1.Event');
  return type === undefined ? object : rebuild(type, coreEvent(object)).object;
};

/** A field selector in the names of the version that is stored. */
export const storedFieldSelector = (selector: string, resource: ApiResource): string =>
  resource.groupResource === resource.storedResource || resource.storedResource !== 'events' ? selector : coreFieldSelector(selector);

const withResourceVersion = ({ value, header }: Stored): KubernetesObject => (Object.assign({}, value, { metadata: Object.assign({}, value.metadata, { resourceVersion: String(header.revision) }) }));

const convertObject = (object: KubernetesObject, resource: ApiResource): KubernetesObject => {
  // Horizontal pod autoscalers in autoscaling/v1 come with the controller for them.
  if (resource.storedResource !== 'events') return object;
  const type = kindType(resource.apiVersion, resource.kind);
  const converted = eventsEvent(object);
  return type === undefined ? converted : rebuild(type, converted).object;
};
