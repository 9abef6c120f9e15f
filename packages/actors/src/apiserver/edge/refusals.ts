import type { Status } from '../../api/requests.js';

/** Refusals that go-restful or the edge itself words, not apimachinery. */

const refusal = (code: number, reason: string, message: string, details?: Status['details']): Status => ({
  kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details !== undefined && { details }), code,
});

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const WATCH_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** No route produces what the Accept header names. */
export const unroutable = (list: boolean): Status =>
  refusal(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${[...OBJECT_TYPES, ...(list ? WATCH_TYPES : [])].join(', ')}`, {});

export const acceptedTypes = (watch: boolean): readonly string[] => (watch ? WATCH_TYPES : OBJECT_TYPES);

export const unsupportedPatchType = (): Status => refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});

/** What this server does not do yet, said so that nobody takes it for a mistake of his own. */
export const notYetSupported = (what: string): Status => refusal(501, 'NotImplemented', `${what} is not yet supported by this server`);
