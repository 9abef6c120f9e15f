import { kindType, tables, type ApiType } from './fields.js';
import type { GroupResource } from './object.js';

export interface ApiSubresource {
  /** `status`, `scale`, `binding`, ... */
  readonly name: string;
  /** Of what is sent and answered: `autoscaling/v1` `Scale`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** A kind of object in one version of its group, as discovery of Kubernetes 1.36 lists it. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  /** `apps/v1`; `v1` for the core group. */
  readonly apiVersion: string;
  /** The plural in paths: `deployments`. */
  readonly resource: string;
  /** `deployments.apps`; `pods`. */
  readonly groupResource: GroupResource;
  readonly kind: string;
  readonly listKind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ApiSubresource[];
  /** The version in which the store keeps the objects; another one is converted. */
  readonly storedApiVersion: string;
  /** The GroupResource under which they are kept: `events` for `events.events.k8s.io` too, else `groupResource`. */
  readonly storedResource: GroupResource;
  readonly storageVersionHash: string | undefined;
}

export interface ApiGroup {
  /** Empty for the core group. */
  readonly name: string;
  readonly preferredVersion: string;
  readonly versions: readonly string[];
}

interface Registry {
  readonly resources: readonly ApiResource[];
  readonly byPath: ReadonlyMap<string, ApiResource>;
  readonly byKind: ReadonlyMap<string, ApiResource>;
  readonly byGroupResource: ReadonlyMap<GroupResource, ApiResource>;
  readonly byWord: ReadonlyMap<string, ApiResource>;
}

let registry: Registry | undefined;

export function groupResourceOf(group: string, resource: string): GroupResource {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `{ group: '', version: 'v1' }` for `v1`. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function buildRegistry(): Registry {
  const resources = tables().resources.map((packed): ApiResource => {
    const storedGroup = parseApiVersion(packed.stored).group;
    return {
      group: packed.group, version: packed.version,
      apiVersion: packed.group === '' ? packed.version : `${packed.group}/${packed.version}`,
      resource: packed.resource, groupResource: groupResourceOf(packed.group, packed.resource),
      kind: packed.kind, listKind: `${packed.kind}List`, singular: packed.singular, namespaced: packed.namespaced,
      verbs: packed.verbs, shortNames: packed.shortNames ?? [], categories: packed.categories ?? [], subresources: packed.subresources,
      storedApiVersion: packed.stored, storedResource: groupResourceOf(storedGroup, packed.resource), storageVersionHash: packed.storageVersionHash,
    };
  });
  const byPath = new Map<string, ApiResource>();
  const byKind = new Map<string, ApiResource>();
  const byGroupResource = new Map<GroupResource, ApiResource>();
  const byWord = new Map<string, ApiResource>();
  for (const resource of resources) {
    byPath.set(`${resource.apiVersion}/${resource.resource}`, resource);
    byKind.set(`${resource.apiVersion}/${resource.kind}`, resource);
    if (!byGroupResource.has(resource.groupResource) || resource.apiVersion === resource.storedApiVersion) byGroupResource.set(resource.groupResource, resource);
  }
  for (const resource of byGroupResource.values()) {
    const words = [resource.resource, resource.singular, ...resource.shortNames, resource.kind.toLowerCase()];
    for (const word of words) {
      if (!byWord.has(word)) byWord.set(word, resource);
      for (const suffix of [resource.group, `${resource.version}.${resource.group}`]) {
        const qualified = `${word}.${suffix}`;
        if (!byWord.has(qualified)) byWord.set(qualified, resource);
      }
    }
  }
  return { resources, byPath, byKind, byGroupResource, byWord };
}

const prepared = (): Registry => (registry ??= buildRegistry());

/** Every resource in every served version, groups in the order of `/apis`, which is their priority. */
export function apiResources(): readonly ApiResource[] {
  return prepared().resources;
}

/** The groups in the order of `/apis`, the core group first. */
export function apiGroups(): readonly ApiGroup[] {
  return tables().groups.map((group) => ({ name: group.name, preferredVersion: group.preferred, versions: group.versions }));
}

/** By the parts of a request path: `('apps/v1', 'deployments')`. */
export function resourceByPath(apiVersion: string, resource: string): ApiResource | undefined {
  return prepared().byPath.get(`${apiVersion}/${resource}`);
}

/** By what an object says of itself: `('apps/v1', 'Deployment')`. */
export function resourceByKind(apiVersion: string, kind: string): ApiResource | undefined {
  return prepared().byKind.get(`${apiVersion}/${kind}`);
}

/** By GroupResource, in the version that is stored. */
export function resourceByGroupResource(groupResource: GroupResource): ApiResource | undefined {
  return prepared().byGroupResource.get(groupResource);
}

/** By what people type: plural, singular, kind or short name in lower case, with or without group (`deploy`, `deployments.apps`, `po`). */
export function resourceByWord(word: string): ApiResource | undefined {
  return prepared().byWord.get(word);
}

export function subresourceOf(resource: ApiResource, name: string): ApiSubresource | undefined {
  return resource.subresources.find((subresource) => subresource.name === name);
}

/** The table of the objects of a resource. */
export function typeOfResource(resource: ApiResource): ApiType {
  const type = kindType(resource.apiVersion, resource.kind);
  if (type === undefined) throw new Error(`the API tables have no type for ${resource.apiVersion} ${resource.kind}`);
  return type;
}
