import type { Chance } from './chance.js';
import { CORPUS, type PlainRequest, PROTOBUF_TYPE } from './corpus.js';

export type MutationName = 'none' | 'bytes' | 'json' | 'headers' | 'path' | 'query' | 'patch' | 'protobuf' | 'method';

/** A request that a mutation has made, and which. */
export interface MutatedRequest extends PlainRequest {
  readonly mutation: MutationName;
}

type Mutate = (request: PlainRequest, chance: Chance) => PlainRequest;

const BITS = ['null', '[]', '{}', '1e999', '-1', '"\\ud800"', '__proto__', '{"a":', '\0', '"', '&a [*a]', '\xff', '\n---\n', '9'.repeat(40), '[[[[[[[[', '!!binary x', '%'];
const VALUES: readonly unknown[] = [
  null, true, false, 0, -1, 1e21, 2 ** 53, 0.5, '', 'x', 'a'.repeat(300), '\u0000', '../..', '𝒳', 'null', '1Gi', '2026-13-01T00:00:00Z', [], {}, [null], [[]], { '': null }, { name: null }, [1, 'a', {}],
  { $patch: 'delete' }, { $patch: 'replace' }, { $retainKeys: ['x'] }, { '$setElementOrder/containers': [{ name: 'q' }] }, { toString: 1, constructor: { prototype: 1 }, hasOwnProperty: 2 },
];
const KEYS = ['__proto__', 'constructor', 'toString', '', 'metadata', 'spec', 'status', 'name', 'namespace', 'labels', 'managedFields', 'ownerReferences', 'finalizers', 'resourceVersion', 'uid', 'generateName', 'creationTimestamp', 'deletionTimestamp', 'x', '$patch', 'apiVersion', 'kind', 'containers', 'selector'];

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A few bytes of the body are lost, doubled, changed or come from elsewhere. */
const bytes: Mutate = (request, chance) => {
  let body = request.body ?? latin('{}');
  for (let i = 1 + chance.below(4); i > 0; i--) {
    const at = chance.below(body.length + 1);
    const end = Math.min(body.length, at + chance.below(8));
    const put = [latin(chance.pick(BITS)), Buffer.from([chance.below(256)]), body.subarray(at, end + chance.below(20)), Buffer.alloc(0)][chance.below(4)] as Buffer;
    body = Buffer.concat([body.subarray(0, at), put, body.subarray(end)]);
  }
  if (chance.below(10) === 0) body = body.subarray(0, chance.below(body.length + 1));
  return { ...request, body };
};

/** A value of the document is another one, is gone, or stands under another key. */
const document: Mutate = (request, chance) => {
  const text = request.body?.toString() ?? '{}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bytes(request, chance);
  }
  for (let i = 1 + chance.below(3); i > 0; i--) value = mutated(value, chance, 0);
  let body = JSON.stringify(value) ?? '';
  const odd = chance.below(20);
  if (odd === 0) body = '['.repeat(2000) + body;
  if (odd === 1) body = body.replace('{', '{"metadata":{"name":"a"},');
  if (odd === 2) body = `{"a":`.repeat(300) + body + '}'.repeat(300);
  return { ...request, body: Buffer.from(body) };
};

const mutated = (value: unknown, chance: Chance, depth: number): unknown => {
  if (typeof value !== 'object' || value === null || chance.below(4) === 0) return depth > 0 || chance.below(8) === 0 ? chance.pick(VALUES) : value;
  if (Array.isArray(value)) {
    if (value.length === 0 || chance.below(5) === 0) return [...(value as unknown[]), chance.pick(VALUES)];
    const at = chance.below(value.length);
    return value.map((each: unknown, i) => (i === at ? mutated(each, chance, depth + 1) : each));
  }
  const entries = Object.entries(value);
  const at = chance.below(entries.length + 1);
  const [key, held] = entries[at] ?? [chance.pick(KEYS), chance.pick(VALUES)];
  switch (chance.below(5)) {
    case 0:
      return Object.fromEntries(entries.filter(([each]) => each !== key));
    case 1:
      return Object.fromEntries([...entries, [chance.pick(KEYS), chance.pick(VALUES)]]);
    default:
      return Object.fromEntries([...entries.filter(([each]) => each !== key), [key, mutated(held, chance, depth + 1)]]);
  }
};

const TYPES = [
  'application/json', 'application/yaml', PROTOBUF_TYPE, 'application/merge-patch+json', 'application/json-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml',
  'application/apply-patch+cbor', 'text/plain', ';;,', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/yaml;q=x,*/*', 'application/json;charset=utf-16', '*/*;q=0', 'application/cbor', 'a'.repeat(2000),
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['content-type', TYPES],
  ['accept', TYPES],
  ['authorization', ['', 'Bearer', 'Bearer ', 'Bearer wrong', 'Basic YTpi', 'bearer  x  y', 'a'.repeat(9000)]],
  ['impersonate-user', ['', 'someone', 'system:serviceaccount:a:b', '\xff\xfe']],
  ['impersonate-group', ['system:masters', '']],
  ['impersonate-extra-x', ['y']],
  ['content-encoding', ['gzip', 'br', 'identity']],
  ['accept-encoding', ['gzip', 'gzip;q=x', '*']],
  ['if-none-match', ['"x"', '*', 'W/"']],
  ['expect', ['100-continue', '200-ok']],
  ['user-agent', ['', 'curl/8', 'Mozilla/5.0', 'k'.repeat(5000)]],
  ['host', ['', 'x', 'a b', '::1']],
  ['connection', ['close', 'upgrade', 'keep-alive, x']],
  ['upgrade', ['websocket', 'SPDY/3.1', 'h2c']],
  ['x-http-method-override', ['DELETE']],
  ['cookie', ['a=b; '.repeat(500)]],
  ['x\u0000y', ['z']],
  ['x-long', ['v'.repeat(70_000)]],
];

const headers: Mutate = (request, chance) => {
  const changed: Record<string, string> = { ...request.headers };
  for (let i = 1 + chance.below(3); i > 0; i--) {
    const [name, values] = chance.pick(HEADERS);
    changed[name] = chance.pick(values);
  }
  return { ...request, headers: changed };
};

const PIECES = ['/', '//', '/..', '/.', '%2f', '%00', '%', '%zz', '\xff', '?', '#', ' ', ':', 'watch/', 'namespaces/', '/status', '/scale', '/log', '/exec', '/proxy/x', '/unknown', 'a'.repeat(300), 'A', '🙂', '/api/v1', '/apis', 'x'.repeat(20_000)];

const path: Mutate = (request, chance) => {
  let out = request.path;
  for (let i = 1 + chance.below(3); i > 0; i--) {
    const at = chance.below(out.length + 1);
    out = `${out.slice(0, at)}${chance.pick(PIECES)}${out.slice(at + chance.below(6))}`;
  }
  return { ...request, path: out.startsWith('/') || chance.below(4) === 0 ? out : `/${out}` };
};

const PARAMETERS = [
  'limit', 'continue', 'labelSelector', 'fieldSelector', 'resourceVersion', 'resourceVersionMatch', 'dryRun', 'pretty', 'fieldManager', 'force', 'fieldValidation', 'includeObject', 'gracePeriodSeconds', 'propagationPolicy',
  'orphanDependents', 'timeout', 'timeoutSeconds', 'watch', 'sendInitialEvents', 'allowWatchBookmarks', 'tailLines', 'container', 'follow', 'sinceSeconds', 'limitBytes', 'shardSelector', '',
];
const ARGUMENTS = [
  'x', '0', '1', '-1', 'true', 'false', '', '%', 'a in (b', 'a,b!=c,!d', '%00', 'metadata.name=x', 'spec.nodeName=', 'status.phase!=Running', '99999999999999999999', '1.5', 'a'.repeat(300), 'All', 'Exact', 'NotOlderThan', 'Strict', 'Orphan', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0', '%ff', '1&1=2',
];

const query: Mutate = (request, chance) => {
  const parts = chance.below(3) === 0 ? [] : [request.query];
  for (let i = 1 + chance.below(4); i > 0; i--) parts.push(`${chance.pick(PARAMETERS)}=${chance.below(4) === 0 ? chance.pick(ARGUMENTS).replaceAll(' ', '+') : encodeURIComponent(chance.pick(ARGUMENTS))}`);
  return { ...request, query: parts.filter((part) => part !== '').join('&') };
};

const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test', '', 'ADD', 'x'];
const POINTERS = ['', '/', '/metadata', '/metadata/labels', '/metadata/labels/-', '/metadata/name', '/metadata/uid', '/spec', '/spec/containers/0', '/spec/containers/-', '/spec/containers/99', '/spec/containers/-1', '/data/k', '/~0', '/~2', 'x', '/__proto__/x', '/constructor', '/status/conditions/0/type', '/kind', '/apiVersion', '/metadata/managedFields', '/metadata/managedFields/0/fieldsV1', '/spec/ports/0/port'];

const patch: Mutate = (request, chance) => {
  const one = CORPUS.filter(({ method }) => method === 'PATCH');
  const base = request.method === 'PATCH' ? request : chance.pick(one);
  if (chance.below(2) === 0) return document(base, chance);
  const operations = Array.from({ length: 1 + chance.below(5) }, () => {
    const operation: Record<string, unknown> = { op: chance.pick(OPERATIONS), path: chance.pick(POINTERS) };
    if (chance.below(4) > 0) operation.value = chance.pick(VALUES);
    if (chance.below(3) === 0) operation.from = chance.pick(POINTERS);
    return operation;
  });
  return { ...base, headers: { ...base.headers, 'content-type': 'application/json-patch+json' }, body: Buffer.from(JSON.stringify(operations)) };
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'CONNECT', 'get', 'PROPFIND', 'X', ''];
const method: Mutate = (request, chance) => ({ ...request, method: chance.pick(METHODS) });

const MUTATIONS: { readonly [M in Exclude<MutationName, 'protobuf'>]: Mutate } = { none: (request) => request, bytes, json: document, headers, path, query, patch, method };
const NAMES = [...(Object.keys(MUTATIONS) as (keyof typeof MUTATIONS)[]), 'protobuf', 'json', 'patch'] as const;

/** Makes the request of a chance. `protobufs`: writes of objects in protobuf that the server accepts as they are. */
export const mutatedRequest = (chance: Chance, protobufs: readonly PlainRequest[]): MutatedRequest => {
  const mutation = chance.pick(NAMES);
  if (mutation === 'protobuf') return { ...bytes(chance.pick(protobufs), chance), mutation };
  return { ...MUTATIONS[mutation](chance.pick(CORPUS), chance), mutation };
};
