import type { IncomingMessage } from 'node:http';
import { resourceByPath, subresourceOf } from '../../api/resources.js';
import type { RequestLabels } from '../request-counts.js';
import { booleanParameter } from './request-options.js';
import { parseResourcePath, type ResourcePath } from './request-path.js';
import { apiVersionOf } from './resource-route.js';

const VERBS: Readonly<Record<string, string>> = { GET: 'GET', HEAD: 'GET', POST: 'POST', PUT: 'PUT', PATCH: 'PATCH', DELETE: 'DELETE' };
/** `validConnectRequests` of apiserver/pkg/endpoints/metrics. */
const CONNECTED = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);
/** Paths that are no resources, by how they begin; whatever else is asked for makes no series of its own. */
const PATHS = ['/healthz', '/livez', '/readyz', '/metrics', '/version', '/openapi/v2', '/openapi/v3', '/openid/v1/jwks', '/.well-known/openid-configuration', '/apis', '/api'];

/** How kube-apiserver's metrics name a request (`CleanScope`, `CanonicalVerb` and `cleanVerb` of apiserver/pkg/endpoints/metrics). */
export const requestLabels = ({ method = 'GET', headers }: IncomingMessage, path: string, query: URLSearchParams): RequestLabels => {
  const verb = VERBS[method] ?? 'other';
  const parsed = parseResourcePath(path);
  const resource = parsed && resourceByPath(apiVersionOf(parsed), parsed.resource);
  if (parsed === undefined || resource === undefined) return { verb, dryRun: '', group: '', version: '', resource: '', subresource: PATHS.find((known) => path === known || path.startsWith(`${known}/`)) ?? '', scope: '' };
  const subresource = subresourceOf(resource, parsed.subresource)?.name ?? '';
  const scope = parsed.name !== '' || verb === 'POST' ? 'resource' : parsed.namespace !== '' ? 'namespace' : 'cluster';
  return { verb: verbOf(verb, parsed, subresource, scope, headers, query), dryRun: dryRunOf(query), group: parsed.group, version: parsed.version, resource: parsed.resource, subresource, scope };
};

const verbOf = (verb: string, { watch }: ResourcePath, subresource: string, scope: RequestLabels['scope'], headers: IncomingMessage['headers'], query: URLSearchParams): string => {
  if (CONNECTED.has(subresource)) return 'CONNECT';
  if (verb === 'PATCH') return headers['content-type']?.startsWith('application/apply-patch') === true ? 'APPLY' : verb;
  if (verb !== 'GET' || scope === 'resource') return watch ? 'WATCH' : verb;
  return watch || isWatch(query) ? 'WATCH' : 'LIST';
};

const isWatch = (query: URLSearchParams): boolean => {
  try {
    return booleanParameter(query, 'watch') ?? false;
  } catch {
    // It is refused.
    return false;
  }
};

const dryRunOf = (query: URLSearchParams): string => {
  const asked = query.getAll('dryRun');
  return asked.length === 0 ? '' : asked.every((value) => value === 'All') ? 'All' : 'invalid';
};
