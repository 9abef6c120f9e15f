import { expect, it } from 'vitest';
import { parseResourcePath, parseTarget } from './request-path.js';

const BASE = { group: '', version: 'v1', watch: false, namespace: '', namespaced: false, resource: '', name: '', subresource: '', rest: '' };

it.each([
  ['/api/v1/pods', { resource: 'pods' }],
  ['/api/v1/namespaces', { resource: 'namespaces' }],
  ['/api/v1/namespaces/a', { resource: 'namespaces', name: 'a' }],
  ['/api/v1/namespaces/a/finalize', { resource: 'namespaces', name: 'a', subresource: 'finalize' }],
  ['/api/v1/namespaces/a/pods', { resource: 'pods', namespace: 'a', namespaced: true }],
  ['/api/v1/namespaces/a/pods/p', { resource: 'pods', namespace: 'a', namespaced: true, name: 'p' }],
  ['/api/v1/namespaces/a/pods/p/log', { resource: 'pods', namespace: 'a', namespaced: true, name: 'p', subresource: 'log' }],
  ['/api/v1/namespaces/a/pods/p/proxy/x/y', { resource: 'pods', namespace: 'a', namespaced: true, name: 'p', subresource: 'proxy', rest: 'x/y' }],
  ['/apis/apps/v1/namespaces/a/deployments/d/scale', { group: 'apps', resource: 'deployments', namespace: 'a', namespaced: true, name: 'd', subresource: 'scale' }],
  ['/api/v1/watch/namespaces/a/pods', { watch: true, resource: 'pods', namespace: 'a', namespaced: true }],
])('%s is a path of a resource', (path, parts) => {
  expect(parseResourcePath(path)).toEqual({ ...BASE, ...parts });
});

it.each(['/', '/api', '/api/v1', '/api/v1/', '/apis/apps', '/apis/apps/v1', '/healthz', '//api/v1/pods', '/api//v1/pods', '/openapi/v3/api/v1'])('%s is none', (path) => {
  expect(parseResourcePath(path)).toBeUndefined();
});

it('names may be percent-encoded', () => {
  expect(parseTarget('/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode?a=b%26c')?.path).toBe('/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node');
  expect(parseTarget('/x?a=b%26c')?.query.get('a')).toBe('b&c');
  expect(parseTarget('/%e0%a4%a')).toBeUndefined();
});
