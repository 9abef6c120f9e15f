import type { ActorContext } from '@naumachia/core';
import type { GroupResource, KubernetesObject } from '../../api/object.js';
import type { Stored, Status } from '../../api/requests.js';
import type { AdmissionContext, AdmissionPlugin, Attributes } from '../admission/plugin.js';
import { admissionChain } from '../admission/chain.js';
import { keyOf, kindOfResource } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { cached, resourceCache, sortedObjects } from '../watch-cache.js';
import { isStatus } from './plan.js';

/** The newest state of an object that this server knows of: what etcd has answered goes before what the feed has brought. */
export const current = (state: ApiServerState, resource: GroupResource, namespace: string, name: string): Stored | undefined => {
  if (state.ahead.size > 0) {
    const kind = kindOfResource(resource);
    const ahead = kind === undefined ? undefined : state.ahead.get(keyOf(kind, namespace, name));
    if (ahead !== undefined) return ahead.header.change === 'deleted' ? undefined : ahead;
  }
  return cached(state.cache, resource, namespace, name);
};

/** What admission plugins see of the server. */
const admissionContext = (state: ApiServerState, context: ActorContext): AdmissionContext => ({
  random: context.random,
  find: (resource, namespace, name) => current(state, resource, namespace, name),
  all: (resource, namespace) => sortedObjects(resourceCache(state.cache, resource), namespace),
});

const NONE_DISABLED: readonly string[] = [];
const enabled = (state: ApiServerState, plugin: AdmissionPlugin): boolean => !(state.config.disableAdmissionPlugins ?? NONE_DISABLED).includes(plugin.name);

/** Runs the plugins that may change the object, in their order; the first refusal ends it. */
export const admit = (state: ApiServerState, context: ActorContext, attributes: Attributes): KubernetesObject | Status | undefined => {
  let { object } = attributes;
  const seen = admissionContext(state, context);
  for (const plugin of admissionChain) {
    if (plugin.admit === undefined || !enabled(state, plugin)) continue;
    const result = plugin.admit(attributes, object ?? NOTHING, seen);
    if (isStatus(result)) return result;
    if (object !== undefined) object = result;
  }
  return object;
};

const NOTHING: KubernetesObject = { apiVersion: '', kind: '', metadata: {} };

export const validateAdmission = (state: ApiServerState, context: ActorContext, attributes: Attributes): Status | undefined => {
  let seen: AdmissionContext | undefined;
  for (const plugin of admissionChain) {
    if (plugin.validate === undefined || !enabled(state, plugin)) continue;
    const refused = plugin.validate(attributes, (seen ??= admissionContext(state, context)));
    if (refused !== undefined) return refused;
  }
  return undefined;
};
