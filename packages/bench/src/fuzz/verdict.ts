import type { MutatedRequest } from './mutations.js';
import type { WireAnswer } from './wire-client.js';

/** What kube-apiserver 1.36 documents, or Go's HTTP server answers before it; 500 is none of them unless it is worded as below. */
const DOCUMENTED = new Set([101, 200, 201, 202, 204, 301, 304, 307, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 417, 422, 429, 431, 501, 503, 504]);

/** Failures that the real server has no better code for either: plain errors of its storage, of server-side apply and of strategic merge patches. */
const REAL_500 = [
  /failed to create typed patch object/,
  /failed to convert new object/,
  /target\.(name|kind): /,
  /resourceVersion should not be set on objects to be created/,
  /strconv\.ParseUint: parsing/,
  /unknown patch type/,
  /list element types are not identical: /,
  /doesn't match \$setElementOrder list:/,
  /does not contain declared merge key: /,
  /unable to find api field in struct /,
];

const TRACES = [/\n\s+at \S+ \(/, /node:internal/, /\.[jt]s:\d+:\d+/, /panic/i, /could not complete the request/];

/** What is wrong with an answer; undefined: nothing. */
export const wrongWith = (request: MutatedRequest, answer: WireAnswer, token: string): string | undefined => {
  const { code, body, type } = answer;
  if (type === 'no connection') return `the server takes no connections (${body.toString()})`;
  // Who breaks HTTP itself may be hung up on, as Go's server does.
  if (code === 0) return request.mutation === 'headers' || request.mutation === 'path' || request.mutation === 'method' || request.mutation === 'query' ? undefined : 'no answer';
  const text = body.toString('latin1');
  if (text.includes(token)) return 'the token is in the answer';
  for (const trace of TRACES) if (trace.test(text)) return `the answer tells of the server's inside (${trace})`;
  if (!DOCUMENTED.has(code) && !(code === 500 && REAL_500.some((known) => known.test(text)))) return `code ${code}`;
  if (code >= 400 && request.method !== 'HEAD' && type.startsWith('application/json')) {
    try {
      const status = JSON.parse(body.toString()) as { readonly kind?: unknown; readonly code?: unknown };
      if (status.kind !== 'Status' || status.code !== code) return `a refusal that is no Status of its code`;
    } catch {
      return 'a refusal that is no JSON';
    }
  }
  return undefined;
};
