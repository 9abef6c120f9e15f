import type { ServerResponse } from 'node:http';
import type { EdgeLimits } from './limits.js';

/** The answers that have been written and are not read to their end yet. */
export interface UnreadOutput {
  readonly limit: number;
  /** In the order in which they were written. */
  readonly responses: Set<ServerResponse>;
  /** Bytes written since all of them were looked at. */
  written: number;
}

/** So often the bytes are counted: every so much that is written. */
const COUNTED_PER_LIMIT = 8;

export const noOutput = ({ unreadBytes }: EdgeLimits): UnreadOutput => ({ limit: unreadBytes, responses: new Set(), written: 0 });

/** To be called after `bytes` were written as an answer. Where too much waits in all, those are cut off who have been reading for longest. */
export const wroteTo = (output: UnreadOutput, response: ServerResponse, bytes: number): void => {
  const { responses, limit } = output;
  responses.add(response);
  response.once('close', () => responses.delete(response));
  output.written += bytes;
  if (output.written < limit / COUNTED_PER_LIMIT) return;
  output.written = 0;
  let sum = 0;
  for (const each of responses) sum += each.writableLength;
  for (const each of responses) {
    if (sum <= limit) return;
    sum -= each.writableLength;
    responses.delete(each);
    each.destroy();
  }
};
