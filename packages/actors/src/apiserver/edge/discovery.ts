import { methodNotAllowed, pathNotFound } from '../../api/status.js';
import { readAsset, readAssetBytes } from './assets.js';
import { pageNotFound, send, sendStatus, type Exchange } from './exchange.js';
import { serveHealth } from './health.js';

/** What a fresh API server of Kubernetes 1.36 says about itself. */
interface Discovery {
  readonly root: unknown;
  readonly version: unknown;
  readonly api: Readonly<Record<string, unknown>>;
  readonly apis: unknown;
  readonly apiAggregated: unknown;
  readonly apisAggregated: unknown;
  readonly openid: unknown;
  readonly groups: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, unknown>>;
  /** The hash of each OpenAPI v3 document, by its path. */
  readonly openapiV3: Readonly<Record<string, string>>;
  readonly openapiV2: string;
}

let loaded: Discovery | undefined;
/** What the server says of its build, by `/version`. */
export const buildInfo = (): Readonly<Record<string, string>> => discovery().version as Readonly<Record<string, string>>;

const discovery = (): Discovery => (loaded ??= JSON.parse(readAsset('discovery.json.br')) as Discovery);

/** Unpacked documents: a client that asks for one asks again. */
const documents = new Map<string, string>();

const document = (asset: string): string => {
  let text = documents.get(asset);
  if (text === undefined) documents.set(asset, (text = readAsset(asset)));
  return text;
};

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers requests for discovery, OpenAPI, version and health; false if the path is something else. */
export const serveDiscovery = (exchange: Exchange): boolean => {
  const { path } = exchange;
  if (serveHealth(exchange)) return true;
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  switch (trimmed) {
    case '/':
      return get(exchange, indented(discovery().root));
    case '/version':
      return get(exchange, indented(discovery().version));
    case '/api':
      return aggregatedOr(exchange, discovery().apiAggregated, withServerAddress(exchange, discovery().api));
    case '/apis':
      return aggregatedOr(exchange, discovery().apisAggregated, discovery().apis, true);
    case '/.well-known/openid-configuration':
      return get(exchange, discovery().openid);
    case '/openid/v1/jwks':
      return jwks(exchange);
    case '/openapi/v2':
      return openapiV2(exchange);
    case '/openapi/v3':
      return get(exchange, openapiIndex());
    case '/metrics':
      return false;
  }
  if (trimmed.startsWith('/openapi/v3/')) return openapiV3(exchange, trimmed.slice('/openapi/v3/'.length));
  return groupOrVersion(exchange, trimmed);
};

/** `/apis/GROUP`, `/api/v1` and `/apis/GROUP/VERSION`. */
const groupOrVersion = (exchange: Exchange, path: string): boolean => {
  const [, root, first, second, ...more] = path.split('/');
  if (more.length > 0 || first === undefined || first === '') return false;
  const { groups, resources } = discovery();
  if (root === 'api' && second === undefined) return resourcesOf(exchange, resources[first]);
  if (root !== 'apis') return false;
  if (!Object.hasOwn(groups, first)) {
    pageNotFound(exchange);
    return true;
  }
  return second === undefined ? get(exchange, groups[first]) : resourcesOf(exchange, resources[`${first}/${second}`]);
};

const resourcesOf = (exchange: Exchange, list: unknown): boolean => {
  if (list !== undefined) return get(exchange, list);
  sendStatus(exchange, pathNotFound());
  return true;
};

/** `anyMethod`: the aggregator's handler of `/apis` does not look at the method. */
const get = (exchange: Exchange, value: unknown, anyMethod = false, contentType = 'application/json'): boolean => {
  if (exchange.request.method !== 'GET' && !anyMethod) sendStatus(exchange, methodNotAllowed());
  else send(exchange, 200, contentType, typeof value === 'string' ? value : JSON.stringify(value));
  return true;
};

/** As the real server writes the two documents that people look at. */
const indented = (value: unknown): string => JSON.stringify(value, null, 2);

const aggregatedOr = (exchange: Exchange, aggregated: unknown, legacy: unknown, anyMethod = false): boolean => {
  const accept = exchange.request.headers.accept ?? '';
  return accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2') && !accept.startsWith('application/json,')
    ? get(exchange, aggregated, anyMethod, AGGREGATED)
    : get(exchange, legacy, anyMethod);
};

const withServerAddress = (exchange: Exchange, api: Readonly<Record<string, unknown>>): unknown => (Object.assign({}, api, { serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: hostOf(exchange.request) }] }));

/** HTTP/2 says it in a header of its own. */
const hostOf = ({ headers }: Exchange['request']): string => headers.host ?? (headers[':authority'] as string | undefined) ?? '';

const openapiIndex = (): unknown => ({
  paths: Object.fromEntries(Object.entries(discovery().openapiV3).map(([path, hash]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }])),
});

/** A document may be kept for ever if it was asked for by its hash. */
const openapiV3 = (exchange: Exchange, name: string): boolean => {
  const { openapiV3: hashes } = discovery();
  const hash = Object.hasOwn(hashes, name) ? hashes[name] : undefined;
  if (hash === undefined) {
    pageNotFound(exchange);
    return true;
  }
  const { response, request, query } = exchange;
  response.setHeader('etag', `"${hash}"`);
  response.setHeader('vary', 'Accept');
  if (query.get('hash') === hash) response.setHeader('expires', new Date(Date.now() + 365 * 24 * 3600 * 1000).toUTCString());
  if (request.headers['if-none-match'] === `"${hash}"`) {
    response.statusCode = 304;
    response.end();
    return true;
  }
  return get(exchange, document(`openapi-v3/${name.replaceAll('/', '_')}.json.br`));
};

/** The keys that sign tokens of service accounts; the media type is the one that the real server insists on. */
const jwks = (exchange: Exchange): boolean => {
  const accept = exchange.request.headers.accept ?? '*/*';
  if (accept.includes('application/jwk-set+json') || accept.includes('*/*')) return get(exchange, { keys: exchange.serving.identities.accounts.publicKeys() }, false, 'application/jwk-set+json');
  exchange.response.statusCode = 406;
  exchange.response.end();
  return true;
};

// Asked for as `...spec.v2@v1.0+protobuf`, which is no valid media type, so it is answered with a dot.
const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
let openapiV2Bytes: Buffer | undefined;

/** kubectl takes the protobuf form alone; the media type of the answer is the one that the real server gives. */
const openapiV2 = (exchange: Exchange): boolean => {
  const accept = exchange.request.headers.accept ?? '*/*';
  exchange.response.setHeader('etag', `"${discovery().openapiV2}"`);
  if (accept.includes('proto-openapi')) {
    send(exchange, 200, OPENAPI_V2_PROTOBUF, (openapiV2Bytes ??= readAssetBytes('openapi-v2.pb.br')));
    return true;
  }
  return get(exchange, document('openapi-v2.json.br'));
};
