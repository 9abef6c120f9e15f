import { afterEach, beforeEach, expect, test } from 'vitest';
import { Encoded } from '@naumachia/core';
import type { TokenRequest } from '../../api/generated/types.js';
import type { ApiReply, ApiRequest, Stored } from '../../api/requests.js';
import { notFound } from '../../api/status.js';
import { openEdge, type Edge } from './edge.js';
import { ask, type PlainAnswer } from './testing/edge-client.js';
import { configMap, FakePort } from './testing/fake-port.js';

let port: FakePort;
let edge: Edge;
let objects: Record<string, Stored>;

const stored = (kind: string, name: string, spec?: object): Stored =>
  Encoded.ofValue(configMap(name, 3, 'created').header, { apiVersion: 'v1', kind, metadata: { name, namespace: 'default', uid: `uid-${name}` }, ...(spec && { spec }) });

beforeEach(async () => {
  objects = { 'serviceaccounts/robot': stored('ServiceAccount', 'robot'), 'pods/p': stored('Pod', 'p', { serviceAccountName: 'robot', containers: [] }) };
  port = new FakePort();
  port.answer = (request: ApiRequest): ApiReply => {
    const name = 'name' in request ? (request.name ?? '') : '';
    const object = objects[`${request.resource}/${name}`];
    return object ? { type: 'object', code: 200, object } : { type: 'status', status: notFound(request.resource, name) };
  };
  edge = await openEdge(port, { token: 'secret-token' });
});
afterEach(() => edge.close());

const request = (spec: object, name = 'robot', metadata?: object): Promise<PlainAnswer> =>
  ask(edge.url, { method: 'POST', path: `/api/v1/namespaces/default/serviceaccounts/${name}/token` }, JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', ...(metadata && { metadata }), spec }));
const issued = async (spec: object): Promise<TokenRequest> => JSON.parse((await request(spec)).text) as TokenRequest;
const claims = (token: string | undefined): Record<string, unknown> => JSON.parse(Buffer.from((token ?? '').split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const whoAmI = (token: string): Promise<PlainAnswer> =>
  ask(edge.url, { method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', headers: { authorization: `Bearer ${token}` } }, JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }));

test('a token names its account, and whoever sends it is that account', async () => {
  const { spec, status } = await issued({});
  expect(spec).toEqual({ audiences: ['https://kubernetes.default.svc.cluster.local'], expirationSeconds: 3600, boundObjectRef: null });
  expect(claims(status?.token)).toMatchObject({
    aud: ['https://kubernetes.default.svc.cluster.local'],
    iss: 'https://kubernetes.default.svc.cluster.local',
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid: 'uid-robot' } },
    sub: 'system:serviceaccount:default:robot',
  });
  expect(JSON.parse((await whoAmI(status?.token ?? '')).text)).toMatchObject({
    status: { userInfo: { username: 'system:serviceaccount:default:robot', uid: 'uid-robot', groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'] } },
  });
  const { keys } = JSON.parse((await ask(edge.url, { path: '/openid/v1/jwks' })).text) as { keys: object[] };
  expect(keys).toMatchObject([{ kty: 'RSA', alg: 'RS256', use: 'sig' }]);
});

test('a token is worth nothing once its account or its pod is gone, for another audience, or when somebody changed it', async () => {
  const own = (await issued({})).status?.token ?? '';
  const bound = (await issued({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } })).status?.token ?? '';
  expect([(await whoAmI(own)).code, (await whoAmI(bound)).code]).toEqual([201, 201]);
  const [head = '', body = '', signature = ''] = own.split('.');
  const other = Buffer.from(JSON.stringify({ ...claims(own), sub: 'admin' })).toString('base64url');
  expect((await whoAmI(`${head}.${other}.${signature}`)).code).toBe(401);
  expect((await whoAmI(`${head}.${body}.`)).code).toBe(401);
  expect((await whoAmI((await issued({ audiences: ['me'] })).status?.token ?? '')).code).toBe(401);
  delete objects['pods/p'];
  expect([(await whoAmI(own)).code, (await whoAmI(bound)).code]).toEqual([201, 401]);
  delete objects['serviceaccounts/robot'];
  expect((await whoAmI(own)).code).toBe(401);
});

test('a token that is bound to a pod for the usual hour and seven seconds lives a year', async () => {
  const { spec, status } = await issued({ expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } });
  const { exp, iat, 'kubernetes.io': about } = claims(status?.token) as { exp: number; iat: number; 'kubernetes.io': { warnafter: number; pod: object } };
  expect([exp - iat, about.warnafter - iat, spec.expirationSeconds, about.pod]).toEqual([365 * 24 * 3600, 3607, 3607, { name: 'p', uid: 'uid-p' }]);
});

test.each([
  ['for less than ten minutes', { expirationSeconds: 599 }, 'robot', 422, 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes'],
  ['for longer than a century', { expirationSeconds: 4294967297 }, 'robot', 422, 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds'],
  ['of nobody', {}, 'none', 404, 'serviceaccounts "none" not found'],
  ['bound to nothing', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } }, 'robot', 404, 'pods "none" not found'],
  ['bound to what lends no identity', { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'c' } }, 'robot', 400, 'cannot bind token to object of type /v1, Kind=ConfigMap'],
  ['bound to another pod of that name', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'x' } }, 'robot', 409, 'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated'],
])('a token %s is refused', async (_, spec, name, code, message) => {
  const answer = await request(spec, name);
  expect(answer.code).toBe(code);
  expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', code, message });
});

test('a request for another account than that of its path is refused', async () => {
  expect((await request({}, 'robot', { name: 'other' })).code).toBe(422);
});

interface Reviewed {
  readonly metadata: { readonly managedFields?: readonly { readonly fieldsV1: unknown }[] };
  readonly status: { readonly authenticated?: boolean; readonly user: object; readonly audiences?: readonly string[]; readonly error?: string };
}

const review = async (token: string, audiences?: readonly string[]): Promise<Reviewed> =>
  JSON.parse((await ask(edge.url, { method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews' }, JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, ...(audiences && { audiences }) } }))).text) as Reviewed;

test('a review says whom a token stands for and for which of the audiences asked for, or what is wrong with it', async () => {
  const ISSUER = 'https://kubernetes.default.svc.cluster.local';
  const bound = (await issued({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } })).status?.token ?? '';
  const reviewed = await review(bound);
  expect(reviewed.status).toEqual({
    authenticated: true,
    user: {
      username: 'system:serviceaccount:default:robot', uid: 'uid-robot', groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${String(claims(bound)['jti'])}`], 'authentication.kubernetes.io/pod-name': ['p'], 'authentication.kubernetes.io/pod-uid': ['uid-p'] },
    },
    audiences: [ISSUER],
  });
  expect(reviewed.metadata.managedFields?.map(({ fieldsV1 }) => fieldsV1)).toEqual([{ 'f:spec': { 'f:token': {} } }]);
  const others = (await issued({ audiences: ['me', 'you'] })).status?.token ?? '';
  expect((await review(others, ['you', 'x'])).status).toMatchObject({ authenticated: true, audiences: ['you'] });
  expect((await review(others)).status).toEqual({ user: {}, error: `[invalid bearer token, token audiences ["me" "you"] is invalid for the target audiences ["${ISSUER}"]]` });
  expect((await review('secret-token')).status).toMatchObject({ authenticated: true, user: { username: 'admin' }, audiences: [ISSUER] });
  for (const [token, audiences] of [['secret-token', ['x']], ['wrong', undefined], ['eyJ.e30.x', undefined]] as const) expect((await review(token, audiences)).status).toEqual({ user: {}, error: 'invalid bearer token' });
  expect((await review(`${bound.slice(0, -8)}AAAAAAAA`)).status).toEqual({ user: {}, error: '[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]' });
  expect((await review('')).status).toBe('Failure');
  delete objects['pods/p'];
  expect((await review(bound)).status).toEqual({ user: {}, error: '[invalid bearer token, service account token has been invalidated]' });
  delete objects['serviceaccounts/robot'];
  expect((await review(bound)).status).toEqual({ user: {}, error: '[invalid bearer token, serviceaccounts "robot" not found]' });
});
