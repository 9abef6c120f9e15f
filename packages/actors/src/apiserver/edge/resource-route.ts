import { resourceByPath, subresourceOf, type ApiResource, type ApiSubresource } from '../../api/resources.js';
import type { Status } from '../../api/requests.js';
import { methodNotAllowed, pathNotFound } from '../../api/status.js';
import type { ResourcePath } from './request-path.js';

/** What a request does to which resource. */
export interface ResourceRoute {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'connect';
  readonly resource: ApiResource;
  readonly subresource: ApiSubresource | undefined;
  readonly namespace: string;
  readonly name: string;
  /** Below `proxy/`. */
  readonly rest: string;
}

const NAMED_VERBS: Readonly<Record<string, ResourceRoute['verb']>> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const SUBRESOURCE_VERBS: Readonly<Record<string, ResourceRoute['verb']>> = Object.assign({}, NAMED_VERBS, { POST: 'create' });
const COLLECTION_VERBS: Readonly<Record<string, ResourceRoute['verb']>> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' };

/** Subresources that are answered by a kubelet or a program rather than by the store; they take any of their methods. */
const CONNECTED = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Not those of which nothing is stored: reviews, bindings, evictions, tokens (storages without a TableConvertor). */
export const hasColumns = ({ resource, subresource }: ResourceRoute): boolean => (subresource === undefined ? resource.verbs.includes('get') : !COLUMNLESS.has(subresource.name));

const COLUMNLESS = new Set(['binding', 'eviction', 'token']);

export const apiVersionOf = ({ group, version }: Pick<ResourcePath, 'group' | 'version'>): string => (group === '' ? version : `${group}/${version}`);

/** The route of a request; 404 if no such path is served, 405 if it is but not with this method. */
export const routeOf = (method: string, path: ResourcePath): ResourceRoute | Status => {
  const resource = resourceByPath(apiVersionOf(path), path.resource);
  if (resource === undefined) return pathNotFound();
  const base = { resource, subresource: undefined, namespace: path.namespace, name: path.name, rest: '' };

  if (path.name === '') {
    if (resource.namespaced ? !path.namespaced && !resource.verbs.includes('list') : path.namespaced) return pathNotFound();
    // Without a namespace a namespaced resource can only be read.
    if (resource.namespaced && !path.namespaced && method !== 'GET') return methodNotAllowed();
    return allowed(COLLECTION_VERBS[method], resource.verbs, base);
  }
  if (resource.namespaced !== path.namespaced) return pathNotFound();
  if (path.subresource === '') {
    if (!['get', 'update', 'patch', 'delete'].some((verb) => resource.verbs.includes(verb))) return pathNotFound();
    return allowed(NAMED_VERBS[method], resource.verbs, base);
  }
  const subresource = subresourceOf(resource, path.subresource);
  if (subresource === undefined || (path.rest !== '' && path.subresource !== 'proxy')) return pathNotFound();
  const route = allowed(SUBRESOURCE_VERBS[method], subresource.verbs, Object.assign({}, base, { subresource, rest: path.rest }));
  return 'verb' in route && CONNECTED.has(subresource.name) ? Object.assign({}, route, { verb: 'connect' }) : route;
};

const allowed = (verb: ResourceRoute['verb'] | undefined, verbs: readonly string[], route: Omit<ResourceRoute, 'verb'>): ResourceRoute | Status =>
  verb === undefined || !verbs.includes(verb) ? methodNotAllowed() : { verb, ...route };
