import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Port } from '@naumachia/core';
import { readGoDuration } from '../../api/go-duration.js';
import type { Status, UserInfo } from '../../api/requests.js';
import { apiGroups } from '../../api/resources.js';
import { badRequest, internalError, notAcceptable } from '../../api/status.js';
import { authenticate, ANONYMOUS, isStatus, type Credentials, type Identities } from './authentication.js';
import { impersonate } from './impersonation.js';
import { authorize, type Attributes } from './authorization.js';
import { LINGER } from './connections.js';
import { deprecationOf } from './deprecation.js';
import { serveDiscovery } from './discovery.js';
import { isGone, pageNotFound, sendStatus, sendText, type Exchange } from './exchange.js';
import { seatedPort, TooManyRequests } from './flow-control.js';
import { fallbackFormat, JSON_OBJECT, negotiate } from './media-types.js';
import { countRequest, serveMetrics } from './metrics.js';
import { acceptedTypes, unroutable } from './refusals.js';
import { booleanParameter, Refusal } from './request-options.js';
import { parseResourcePath, parseTarget, type ResourcePath } from './request-path.js';
import { serveResource } from './resource-handler.js';
import { hasColumns, routeOf, type ResourceRoute } from './resource-route.js';
import type { Serving } from './serving.js';

/** Answers one request, whatever it is. Never rejects: what goes wrong here is a Status for the client. */
export const answerRequest = async (port: Port, serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const began = performance.now();
  const target = parseTarget(request.url ?? '/');
  const exchange: Exchange = {
    request, response, path: target?.path ?? '', query: target?.query ?? new URLSearchParams(), user: ANONYMOUS, representation: JSON_OBJECT, serving, warnings: [],
  };
  // A stream that breaks is over; without a listener its error would end the process.
  request.on('error', () => {});
  response.on('error', () => {});
  cutOffLater(request, response);
  try {
    if (target === undefined) sendText(exchange, 400, '400 Bad Request');
    else await answer(port, exchange);
  } catch (error) {
    if (error instanceof Refusal) sendStatus(exchange, error.status);
    else if (error instanceof TooManyRequests) sendTooMany(exchange, error);
    // To somebody who went away nothing is sent; `request.destroyed` would not say so, a body that was read to its end is that too.
    else sendStatus(exchange, internalError('the server could not complete the request'));
  }
  countRequest(serving.metrics, exchange, began);
};

/** Who has an answer and still has not sent what it answers is cut off, as by Go's server; of HTTP/2 that is the stream alone, which also is what tells of the end. */
const cutOffLater = (request: IncomingMessage, response: ServerResponse): void => {
  const { stream } = request as unknown as { readonly stream?: ServerHttp2Stream };
  const cutOff = (): void => {
    if (request.complete) return;
    if (stream === undefined) request.destroy();
    else stream.close();
  };
  (stream ?? response).once('finish', () => {
    if (!request.complete) setTimeout(cutOff, LINGER).unref();
  });
};

const sendTooMany = (exchange: Exchange, { message, retryAfterSeconds }: TooManyRequests): void => {
  if (!exchange.response.headersSent) exchange.response.setHeader('retry-after', String(retryAfterSeconds));
  sendText(exchange, 429, `${message}\n`);
};

const answer = async (port: Port, exchange: Exchange): Promise<void> => {
  const { request, response, path, query, serving } = exchange;
  const method = request.method ?? 'GET';
  const resourcePath = parseResourcePath(path);
  const late = isLongRunning(method, resourcePath, query) ? undefined : unreadableTimeout(query.get('timeout') ?? '');
  if (late !== undefined) {
    exchange.representation = fallbackFormat(request.headers.accept);
    return sendStatus(exchange, late);
  }
  const attributes = attributesOf(method, path, resourcePath, query);
  const user = await userOf(port, request, serving.identities, attributes);
  if (isStatus(user)) return sendStatus(exchange, user);
  exchange.user = user;

  const refused = authorize(user, attributes);
  if (refused !== undefined) return sendStatus(exchange, refused);
  if (path === '/metrics') return serveMetrics(exchange);
  if (resourcePath === undefined) {
    if (!serveDiscovery(exchange)) pageNotFound(exchange);
    return;
  }
  if (!isKnownGroup(resourcePath)) return pageNotFound(exchange);

  const route = resourcePath.watch ? watchRoute(method, resourcePath) : routeOf(method, resourcePath);
  if (!('verb' in route)) return sendStatus(exchange, route);
  const watch = resourcePath.watch || (route.verb === 'list' && (booleanParameter(query, 'watch') ?? false));
  const seated = seatedPort(port, serving.flow, user, () => isGone(response));
  if (route.verb === 'connect') return serveResource(seated, exchange, route, false);
  const { accept } = request.headers;
  const representation = negotiate(accept, watch, hasColumns(route));
  if (representation === 'unroutable') return sendStatus(exchange, unroutable(route.verb === 'list'));
  if (representation === 'not-acceptable') {
    exchange.representation = fallbackFormat(accept);
    return sendStatus(exchange, notAcceptable(acceptedTypes(watch)));
  }
  exchange.representation = isPretty(exchange) ? Object.assign({}, representation, { pretty: true }) : representation;
  const deprecated = deprecationOf(route.resource);
  if (deprecated !== undefined) exchange.warnings.push(deprecated);
  return serveResource(seated, exchange, route, resourcePath.watch);
};

/** Subresources that stay open (BasicLongRunningRequestCheck). */
const LONG_RUNNING = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

const isLongRunning = (method: string, path: ResourcePath | undefined, query: URLSearchParams): boolean => {
  if (path === undefined) return false;
  return path.watch || LONG_RUNNING.has(path.subresource) || (method === 'GET' && path.name === '' && (booleanParameter(query, 'watch') ?? false));
};

/** Looked at before the server asks who it is (filters.WithRequestDeadline). A deadline that can be read is not kept: answers come at once. */
const unreadableTimeout = (timeout: string): Status | undefined => {
  if (timeout === '') return undefined;
  const read = readGoDuration(timeout);
  return 'error' in read ? badRequest(`invalid timeout specified in the request URL - ${read.error}`) : undefined;
};

export const userOf = async (port: Port, request: IncomingMessage, identities: Identities, attributes: Attributes): Promise<UserInfo | Status> => {
  const socket = request.socket as TLSSocket;
  const credentials: Credentials = {
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    certificate: request.headers.authorization === undefined && socket.authorized ? socket.getPeerCertificate() : undefined,
  };
  const sender = await authenticate(port, credentials, identities);
  return isStatus(sender) ? sender : impersonate(sender, credentials, attributes);
};

/** Browsers and command line tools are shown indented JSON unless they ask for something else (isPrettyPrint of apiserver). */
const isPretty = ({ request, query }: Exchange): boolean => {
  const asked = query.get('pretty');
  if (asked !== null && asked !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request.headers['user-agent'] ?? '');
};

const WATCH_METHOD = 'GET';

/** The old paths below `/watch`: a list of one object too. */
const watchRoute = (method: string, path: ResourcePath): ResourceRoute | Status => {
  const route = routeOf(method, Object.assign({}, path, { name: '', subresource: '' }));
  return 'verb' in route && method === WATCH_METHOD ? Object.assign({}, route, { verb: 'watch', name: path.name }) : route;
};

let groups: ReadonlySet<string> | undefined;

/** A group that nobody serves is no API path at all. */
export const isKnownGroup = ({ group }: ResourcePath): boolean => (groups ??= new Set(apiGroups().map(({ name }) => name))).has(group);

const METHOD_VERBS: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

export const attributesOf = (method: string, path: string, resource: ResourcePath | undefined, query: URLSearchParams): Attributes => {
  const verb = METHOD_VERBS[method] ?? method.toLowerCase();
  if (resource === undefined) return { type: 'path', verb, path };
  const { group, resource: plural, subresource, namespace, name } = resource;
  const collection = name === '' && (verb === 'get' || verb === 'delete');
  const listVerb = resource.watch || (booleanParameter(query, 'watch') ?? false) ? 'watch' : 'list';
  return { type: 'resource', verb: !collection ? verb : verb === 'get' ? listVerb : 'deletecollection', group, resource: plural, subresource, namespace, name };
};
