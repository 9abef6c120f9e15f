import type { ActorContext } from '@naumachia/core';
import type { GroupResource, KubernetesObject } from '../../api/object.js';
import type { Stored, Status } from '../../api/requests.js';
import type { AdmissionContext, AdmissionPlugin, Attributes } from '../admission/plugin.js';
import { admissionChain } from '../admission/chain.js';
import { keyOf, kindOfResource } from '../registry.js';
import type { ApiServerConfig, ApiServerState } from '../state.js';
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

const contexts = new WeakMap<ApiServerState, AdmissionContext>();

/** What admission plugins see of the server: one object per server. */
const admissionContext = (state: ApiServerState, context: ActorContext): AdmissionContext => {
  let seen = contexts.get(state);
  if (seen === undefined) {
    const { random } = context;
    seen = {
      random,
      find: (resource, namespace, name) => current(state, resource, namespace, name),
      all: (resource, namespace) => sortedObjects(resourceCache(state.cache, resource), namespace),
      changedAt: (resource) => resourceCache(state.cache, resource).changedAt,
    };
    contexts.set(state, seen);
  }
  return seen;
};

interface Chain {
  readonly admit: readonly NonNullable<AdmissionPlugin['admit']>[];
  readonly validate: readonly NonNullable<AdmissionPlugin['validate']>[];
}

const chains = new WeakMap<ApiServerConfig, Chain>();

/** The plugins that are switched on, in their order. */
const chainOf = (config: ApiServerConfig): Chain => {
  let chain = chains.get(config);
  if (chain === undefined) {
    const plugins = admissionChain.filter((plugin) => !(config.disableAdmissionPlugins ?? []).includes(plugin.name));
    chain = { admit: plugins.flatMap(({ admit }) => admit ?? []), validate: plugins.flatMap(({ validate }) => validate ?? []) };
    chains.set(config, chain);
  }
  return chain;
};

/** Runs the plugins that may change the object, in their order; the first refusal ends it. */
export const admit = (state: ApiServerState, context: ActorContext, attributes: Attributes): KubernetesObject | Status | undefined => {
  let { object } = attributes;
  const seen = admissionContext(state, context);
  for (const plugin of chainOf(state.config).admit) {
    const result = plugin(attributes, object ?? NOTHING, seen);
    if (isStatus(result)) return result;
    if (object !== undefined) object = result;
  }
  return object;
};

const NOTHING: KubernetesObject = { apiVersion: '', kind: '', metadata: {} };

/** Runs the plugins that look at the object as the strategy has prepared it; the first refusal ends it. */
export const validateAdmission = (state: ApiServerState, context: ActorContext, attributes: Attributes, object: KubernetesObject | undefined): Status | undefined => {
  for (const plugin of chainOf(state.config).validate) {
    const refused = plugin(Object.assign({}, attributes, { object }), admissionContext(state, context));
    if (refused !== undefined) return refused;
  }
  return undefined;
};
