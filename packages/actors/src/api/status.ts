import { aggregate, causeReason, type FieldError } from './field-error.js';
import { goQuote } from './go-text.js';
import { type GroupResource, splitGroupResource } from './object.js';
import type { Status, StatusDetails } from './requests.js';

/** The refusals of k8s.io/apimachinery/pkg/api/errors, word for word, and the few that handlers of the API server word themselves. */

type Cause = NonNullable<StatusDetails['causes']>[number];

const noMetadata = {};

function failure(code: number, reason: string | undefined, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status', apiVersion: 'v1', metadata: noMetadata, status: 'Failure', message,
    ...(reason !== undefined && { reason }), ...(details !== undefined && { details }), code,
  };
}

/** `details` of a refusal: empty parts are left out, as Go leaves them out. `kind` is a plural or a kind. */
function detailsOf(name: string, group: string, kind: string, more?: Pick<StatusDetails, 'uid' | 'causes' | 'retryAfterSeconds'>): StatusDetails {
  return { ...(name !== '' && { name }), ...(group !== '' && { group }), ...(kind !== '' && { kind }), ...more };
}

function resourceDetails(resource: GroupResource, name: string, more?: Pick<StatusDetails, 'uid' | 'causes' | 'retryAfterSeconds'>): StatusDetails {
  const { group, resource: plural } = splitGroupResource(resource);
  return detailsOf(name, group, plural, more);
}

export function notFound(resource: GroupResource, name: string): Status {
  return failure(404, 'NotFound', `${resource} ${goQuote(name)} not found`, resourceDetails(resource, name));
}

/** A path that no resource serves. */
export function pathNotFound(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(resource: GroupResource, name: string): Status {
  return failure(409, 'AlreadyExists', `${resource} ${goQuote(name)} already exists`, resourceDetails(resource, name));
}

/** A create whose name is still taken by an object that waits for its finalizers. */
export function alreadyExistsDeleting(resource: GroupResource, name: string): Status {
  return failure(409, 'AlreadyExists', `object is being deleted: ${resource} ${goQuote(name)} already exists`, resourceDetails(resource, name));
}

/** generateName gave a taken name eight times. */
export function generateNameConflict(resource: GroupResource, name: string): Status {
  return failure(409, 'AlreadyExists', `${resource} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`, resourceDetails(resource, name, { retryAfterSeconds: 1 }));
}

export const objectModified = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(resource: GroupResource, name: string, reason: string = objectModified): Status {
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${resource} ${goQuote(name)}: ${reason}`, resourceDetails(resource, name));
}

/** Server-side apply: other managers own the fields. */
export function applyConflict(message: string, causes: readonly Cause[]): Status {
  return failure(409, 'Conflict', message, { causes });
}

/** Validation found something. `kind` is the kind (not the plural) and its group. */
export function invalidObject(group: string, kind: string, name: string, errors: readonly FieldError[]): Status {
  const qualified = group === '' ? kind : `${kind}.${group}`;
  const head = `${qualified} ${goQuote(name)} is invalid`;
  const causes = errors.map((error) => ({ reason: causeReason(error.type), message: error.message, field: error.field }));
  return failure(422, 'Invalid', errors.length === 0 ? head : `${head}: ${aggregate(errors)}`, detailsOf(name, group, kind, causes.length > 0 ? { causes } : undefined));
}

/** An empty resource is a path that is no resource. */
export function forbiddenRequest(resource: GroupResource, name: string, reason: string, causes?: readonly Cause[]): Status {
  const subject = resource === '' ? 'forbidden' : name === '' ? `${resource} is forbidden` : `${resource} ${goQuote(name)} is forbidden`;
  return failure(403, 'Forbidden', `${subject}: ${reason}`, resourceDetails(resource, name, causes === undefined ? undefined : { causes }));
}

export function unauthorized(reason = 'Unauthorized'): Status {
  return failure(401, 'Unauthorized', reason);
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

export function methodNotAllowed(): Status {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** A resource that exists but lacks the verb; with its name the server says more. */
export function methodNotSupported(resource: GroupResource, verb: string): Status {
  return failure(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind ${goQuote(resource)}`, resourceDetails(resource, ''));
}

export function notAcceptable(accepted: readonly string[]): Status {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

export function unsupportedMediaType(accepted: readonly string[]): Status {
  return failure(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
}

/** A watch or read below the compacted revision, or whose events the server has dropped. */
export function expired(message: string): Status {
  return failure(410, 'Expired', message);
}

/** What a watch from an old revision is told. */
export function tooOldResourceVersion(requested: number, oldest: number): Status {
  return expired(`too old resource version: ${requested} (${oldest})`);
}

export function requestEntityTooLarge(message: string): Status {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: readonly Cause[]): Status {
  return failure(429, 'TooManyRequests', message, { ...(causes !== undefined && { causes }), ...(retryAfterSeconds > 0 && { retryAfterSeconds }) });
}

export function timeout(message: string, retryAfterSeconds: number, causes?: readonly Cause[]): Status {
  return failure(504, 'Timeout', `Timeout: ${message}`, { ...(causes !== undefined && { causes }), ...(retryAfterSeconds > 0 && { retryAfterSeconds }) });
}

/** The watch cache did not reach the asked revision within its 3 s, or etcd has not come to it, for which nobody waits (`retryAfterSeconds` 0). */
export function tooLargeResourceVersion(requested: number, current: number, retryAfterSeconds: number): Status {
  return timeout(`Too large resource version: ${requested}, current: ${current}`, retryAfterSeconds, [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]);
}

/** The server gave up waiting, and the request may or may not have been done. */
export function serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): Status {
  return failure(500, 'ServerTimeout', `The ${operation} operation against ${resource} could not be completed at this time, please try again.`, resourceDetails(resource, '', retryAfterSeconds > 0 ? { retryAfterSeconds } : undefined));
}

export function serviceUnavailable(message: string): Status {
  return failure(503, 'ServiceUnavailable', message);
}

export function internalError(message: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** A plain Go error that reaches the response writer: 500 without a reason. */
export function plainError(message: string): Status {
  return failure(500, undefined, message);
}

/** The answer to a deletion that left no object to show. */
export function deletedStatus(resource: GroupResource, name: string, uid: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: noMetadata, status: 'Success', details: resourceDetails(resource, name, { uid }) };
}

export function isReason(status: Status, reason: string): boolean {
  return status.reason === reason;
}
