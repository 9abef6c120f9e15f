import type { ApiType } from '../api/fields.js';
import type { GroupResource, KubernetesObject } from '../api/object.js';
import { type ApiResource, apiResources, typeOfResource } from '../api/resources.js';
import { strategies } from './kinds/strategies.js';
import type { Strategy } from './kinds/strategy.js';
import { NOTHING_RESET, type ResetFields } from './managed-fields/object-comparison.js';

/** A kind as the store knows it: its place in the API, its table and its strategy. */
export interface Kind {
  readonly resource: GroupResource;
  readonly api: ApiResource;
  readonly type: ApiType;
  readonly strategy: Strategy;
  readonly hasStatus: boolean;
  readonly hasScale: boolean;
  /** `/registry/pods/`. */
  readonly prefix: string;
  readonly reset: ResetFields;
  readonly resetStatus: ResetFields;
}

const STATUS_ONLY: ResetFields = { top: ['status'], metadata: [] };
const SPEC_ONLY: ResetFields = { top: ['spec'], metadata: [] };
const NO_STRATEGY: Strategy = {};

let kinds: ReadonlyMap<GroupResource, Kind> | undefined;

/** Every kind that is stored, by GroupResource. Reviews are answered, never stored. */
export const storedKinds = (): ReadonlyMap<GroupResource, Kind> => (kinds ??= buildKinds());

export const kindOfResource = (resource: GroupResource): Kind | undefined => storedKinds().get(resource);

const buildKinds = (): ReadonlyMap<GroupResource, Kind> => {
  const built = new Map<GroupResource, Kind>();
  for (const api of apiResources()) {
    if (api.apiVersion !== api.storedApiVersion || !api.verbs.includes('list')) continue;
    const strategy = strategies[api.groupResource] ?? NO_STRATEGY;
    const hasStatus = api.subresources.some((subresource) => subresource.name === 'status');
    built.set(api.groupResource, {
      resource: api.groupResource,
      api,
      type: typeOfResource(api),
      strategy,
      hasStatus,
      hasScale: api.subresources.some((subresource) => subresource.name === 'scale'),
      prefix: `/registry/${api.groupResource}/`,
      reset: strategy.reset ?? (hasStatus ? STATUS_ONLY : NOTHING_RESET),
      resetStatus: strategy.status?.reset ?? SPEC_ONLY,
    });
  }
  return built;
};

/** `/registry/pods/NAMESPACE/NAME`, or without namespace. */
export const keyOf = (kind: Kind, namespace: string, name: string): string => (namespace === '' ? kind.prefix + name : `${kind.prefix}${namespace}/${name}`);

export const namespaceOf = (kind: Kind, object: KubernetesObject): string => (kind.api.namespaced ? (object.metadata.namespace ?? '') : '');
