import { goQuote } from '../api/go-text.js';
import type { Status } from '../api/requests.js';
import { plainError } from '../api/status.js';

/** The revision of a resourceVersion; `undefined` if it is no unsigned integer of 64 bits. */
export const parseResourceVersion = (text: string): number | undefined => (/^\d+$/.test(text) && BigInt(text) < 1n << 64n ? Number(text) : undefined);

/** strconv.ParseUint of Go on a text that `parseResourceVersion` does not read. */
const parseError = (text: string): string => `strconv.ParseUint: parsing ${goQuote(text)}: ${/^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`;

/** Why a list or a watch cannot begin there. */
export const resourceVersionError = (text: string): string => `resourceVersion: Invalid value: ${goQuote(text)}: ${parseError(text)}`;

/** What comes of a write whose object has such a version. */
export const unreadableRevision = (text: string): Status => plainError(parseError(text));
