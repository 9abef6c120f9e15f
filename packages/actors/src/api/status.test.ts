import { describe, expect, test } from 'vitest';
import { duplicate, fieldNotFound, forbidden, invalid, notSupported, required, tooLong, tooMany, typeInvalid } from './field-error.js';
import {
  alreadyExists, alreadyExistsDeleting, badRequest, conflict, deletedStatus, forbiddenRequest, internalError, invalidObject, methodNotAllowed, notFound, pathNotFound, plainError,
  requestEntityTooLarge, serviceUnavailable, tooLargeResourceVersion, tooManyRequests, tooOldResourceVersion, unauthorized, unsupportedMediaType,
} from './status.js';
import type { Status } from './requests.js';

const failure = (rest: Partial<Status>): object => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...rest });

/** All of these stand in the golden conversations, but for the one of a watch from an old revision, whose numbers are left out there. */
describe('a refusal has the words, the reason and the code of the real server:', () => {
  test.each<readonly [string, Status, object]>([
    ['not found', notFound('deployments.apps', 'x'), failure({ message: 'deployments.apps "x" not found', reason: 'NotFound', details: { name: 'x', group: 'apps', kind: 'deployments' }, code: 404 })],
    ['path not found', pathNotFound(), failure({ message: 'the server could not find the requested resource', reason: 'NotFound', details: {}, code: 404 })],
    ['already exists', alreadyExists('configmaps', 'a'), failure({ message: 'configmaps "a" already exists', reason: 'AlreadyExists', details: { name: 'a', kind: 'configmaps' }, code: 409 })],
    ['still being deleted', alreadyExistsDeleting('namespaces', 'd'), failure({ message: 'object is being deleted: namespaces "d" already exists', reason: 'AlreadyExists', details: { name: 'd', kind: 'namespaces' }, code: 409 })],
    ['conflict', conflict('configmaps', 'a'), failure({
      message: 'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again', reason: 'Conflict', details: { name: 'a', kind: 'configmaps' }, code: 409,
    })],
    ['forbidden', forbiddenRequest('pods', '', 'User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope'), failure({
      message: 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope', reason: 'Forbidden', details: { kind: 'pods' }, code: 403,
    })],
    ['forbidden path', forbiddenRequest('', '', 'User "u" cannot get path "/debug"'), failure({ message: 'forbidden: User "u" cannot get path "/debug"', reason: 'Forbidden', details: {}, code: 403 })],
    ['namespace terminating', forbiddenRequest('configmaps', 'y', 'unable to create new content in namespace f because it is being terminated', [{ reason: 'NamespaceTerminating', message: 'namespace f is being terminated', field: 'metadata.namespace' }]), failure({
      message: 'configmaps "y" is forbidden: unable to create new content in namespace f because it is being terminated', reason: 'Forbidden',
      details: { name: 'y', kind: 'configmaps', causes: [{ reason: 'NamespaceTerminating', message: 'namespace f is being terminated', field: 'metadata.namespace' }] }, code: 403,
    })],
    ['invalid', invalidObject('', 'ConfigMap', '', [required('metadata.name', 'name or generateName is required')]), failure({
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required', reason: 'Invalid',
      details: { kind: 'ConfigMap', causes: [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field: 'metadata.name' }] }, code: 422,
    })],
    ['unauthorized', unauthorized(), failure({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 })],
    ['bad request', badRequest('the name of the object (b) does not match the name on the URL (a)'), failure({ message: 'the name of the object (b) does not match the name on the URL (a)', reason: 'BadRequest', code: 400 })],
    ['method not allowed', methodNotAllowed(), failure({ message: 'the server does not allow this method on the requested resource', reason: 'MethodNotAllowed', details: {}, code: 405 })],
    ['media type', unsupportedMediaType(['application/json', 'application/yaml']), failure({ message: 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml', reason: 'UnsupportedMediaType', code: 415 })],
    ['too large', requestEntityTooLarge('The allowed maximum operations in a JSON patch is 10000, got 10001'), failure({ message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001', reason: 'RequestEntityTooLarge', code: 413 })],
    ['budget', tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 10, [{ reason: 'DisruptionBudget', message: 'The disruption budget b is still being processed by the server.' }]), failure({
      message: "Cannot evict pod as it would violate the pod's disruption budget.", reason: 'TooManyRequests',
      details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b is still being processed by the server.' }], retryAfterSeconds: 10 }, code: 429,
    })],
    ['future revision', tooLargeResourceVersion(999999999, 5, 1), failure({
      message: 'Timeout: Too large resource version: 999999999, current: 5', reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 }, code: 504,
    })],
    ['old revision', tooOldResourceVersion(1, 9), failure({ message: 'too old resource version: 1 (9)', reason: 'Expired', code: 410 })],
    ['internal error', internalError('x'), failure({ message: 'Internal error occurred: x', reason: 'InternalError', details: { causes: [{ message: 'x' }] }, code: 500 })],
    ['plain error', plainError('resourceVersion should not be set on objects to be created'), failure({ message: 'resourceVersion should not be set on objects to be created', code: 500 })],
    ['unavailable', serviceUnavailable('no service port 99 found for service "s"'), failure({ message: 'no service port 99 found for service "s"', reason: 'ServiceUnavailable', code: 503 })],
  ])('%s', (_name, status, expected) => {
    expect(JSON.parse(JSON.stringify(status))).toEqual(expected);
  });

  test('and an answer to a deletion names what is gone', () => {
    expect(deletedStatus('configmaps', 'a', 'u')).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'a', kind: 'configmaps', uid: 'u' } });
  });
});

describe('findings of a validation', () => {
  test('are listed in brackets if there are several, each once', () => {
    const status = invalidObject('meta.k8s.io', 'ListOptions', '', [
      forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
    ]);
    expect(status.message).toBe(
      'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided]',
    );
    expect(invalidObject('', 'Pod', 'p', [required('a'), required('a')])).toMatchObject({ message: 'Pod "p" is invalid: a: Required value', details: { causes: [{}, {}] } });
  });

  test('show values as Go does', () => {
    expect(notSupported('dryRun', ['Some'], ['All']).message).toBe('Unsupported value: ["Some"]: supported values: "All"');
    expect(duplicate('spec.set[1]', 'c').message).toBe('Duplicate value: "c"');
    expect(invalid('status.capacity[storage]', -1, 'must be a valid resource quantity').message).toBe('Invalid value: -1: must be a valid resource quantity');
    expect(invalid('f', { a: '<b>' }, '').message).toBe('Invalid value: {"a":"\\u003cb\\u003e"}');
    expect(tooLong('spec.controller', 250).message).toBe('Too long: may not be more than 250 bytes');
    expect(tooMany('spec.l', 3, 2).message).toBe('Too many: 3: must have at most 2 items');
    expect(fieldNotFound('f', 'v').message).toBe('Not found: "v"');
    expect(typeInvalid('spec.b', 'string', 'spec.b in body must be of type boolean: "string"').message).toBe('Invalid value: "string": spec.b in body must be of type boolean: "string"');
  });
});
