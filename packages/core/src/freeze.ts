import { Encoded } from './encoded.js';

/** Freezes plain data to its leaves, so that a receiver on the same host that changes a message fails at once. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Encoded) {
    deepFreeze(value.header);
    deepFreeze(value.value);
    return value;
  }
  // Views of memory and keyed collections cannot be frozen.
  if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) return value;
  Object.freeze(value);
  for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
  return value;
};
