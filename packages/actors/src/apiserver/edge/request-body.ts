import type { IncomingMessage } from 'node:http';
import { requestEntityTooLarge } from '../../api/status.js';
import { Refusal } from './request-options.js';

/** kube-apiserver's limit for the body of a resource request. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/**
 * The whole body. One that is larger than the limit is refused, and what is left of it is not kept; a client that goes away
 * rejects with its error.
 */
export const readBody = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      // The rest is read and forgotten, as far as it is within reason: a client that still sends would not read the refusal.
      if (length > 4 * MAX_BODY_BYTES) request.destroy();
      reject(new Refusal(requestEntityTooLarge(`limit is ${MAX_BODY_BYTES}`)));
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client went away')));
  });
