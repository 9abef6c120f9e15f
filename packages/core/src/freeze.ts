import { assert } from './assert.js';
import { Encoded } from './encoded.js';

/** Freezes plain data to its leaves, so that a receiver on the same host that changes a message fails at once. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) {
    assert(typeof value !== 'function' && typeof value !== 'symbol', 'a message holds a function or a symbol: send what names it');
    return value;
  }
  if (Object.isFrozen(value)) return value;
  if (value instanceof Encoded) {
    deepFreeze(value.header);
    deepFreeze(value.value);
    return value;
  }
  // Views of memory cannot be frozen; keyed collections do not travel, for the codec writes them as it writes records and lists.
  if (ArrayBuffer.isView(value)) return value;
  assert(!(value instanceof Map || value instanceof Set), 'a message holds a Map or a Set: send a record or a list');
  Object.freeze(value);
  for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
  return value;
};
