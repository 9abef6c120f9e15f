import type { Status } from '@naumachia/actors';
import type { Failure } from '@naumachia/core';
import { ApiError } from './errors.js';

const FAILURES: { readonly [R in Failure['reason']]: Pick<Status, 'code' | 'reason' | 'message'> } = {
  overloaded: { code: 429, reason: 'TooManyRequests', message: 'the API server has more to do than it can take in' },
  'deadline-exceeded': { code: 504, reason: 'Timeout', message: 'the API server did not answer in time; what was asked for may or may not have been done' },
  unavailable: { code: 503, reason: 'ServiceUnavailable', message: 'the API server went away before it answered; what was asked for may or may not have been done' },
  'no-such-actor': { code: 503, reason: 'ServiceUnavailable', message: 'the API server does not run' },
};

/** What the runtime answered in the server's place, as clients would see it. */
export const errorOfFailure = ({ reason }: Failure): ApiError => new ApiError(Object.assign({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const, FAILURES[reason]));
