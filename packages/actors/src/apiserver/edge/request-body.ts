import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestEntityTooLarge, timeout } from '../../api/status.js';
import { TooManyRequests } from './flow-control.js';
import type { EdgeLimits } from './limits.js';
import { Refusal } from './request-options.js';

/** kube-apiserver's limit for the body of a resource request. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The bodies of all requests that are not answered yet. */
export interface Bodies {
  readonly limits: EdgeLimits;
  held: number;
  /** Those that have not arrived whole, in the order in which they began, and how to give each up. */
  readonly arriving: Map<IncomingMessage, () => void>;
}

export const noBodies = (limits: EdgeLimits): Bodies => ({ limits, held: 0, arriving: new Map() });

/**
 * The whole body. One that is larger than the limit is refused, and what is left of it is not kept; one that does not arrive in time is
 * refused as well. A client that goes away rejects with its error.
 */
export const readBody = (request: IncomingMessage, response: ServerResponse, bodies: Bodies): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { limits, arriving } = bodies;
    const chunks: Buffer[] = [];
    let length = 0;
    let held = 0;
    let over = false;
    const finish = (outcome: () => void): void => {
      clearTimeout(late);
      arriving.delete(request);
      outcome();
    };
    const refuse = (error: Error): void =>
      finish(() => {
        over = true;
        chunks.length = 0;
        hold(-held);
        reject(error);
      });
    const hold = (bytes: number): void => {
      bodies.held += bytes;
      held += bytes;
    };
    const late = setTimeout(() => refuse(new Refusal(timeout('request did not complete within the allotted timeout', 0))), limits.requestTimeout);
    arriving.set(request, () => refuse(new TooManyRequests()));
    response.once('close', () => hold(-held));
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      // The rest of what was refused is read and forgotten, as far as it is within reason: a client that still sends would not read the refusal.
      if (over) {
        if (length > 4 * MAX_BODY_BYTES) request.destroy();
        return;
      }
      if (length > MAX_BODY_BYTES) return refuse(new Refusal(requestEntityTooLarge(`limit is ${MAX_BODY_BYTES}`)));
      chunks.push(chunk);
      hold(chunk.length);
      // A client that stalls has been sending for longest: it makes room for those that do not.
      while (bodies.held > limits.bodyBytes && !over) (arriving.values().next().value as () => void)();
    });
    request.once('end', () => finish(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))));
    request.once('error', (error) => finish(() => reject(error)));
    request.once('close', () => finish(() => reject(new Error('the client went away'))));
  });
