const { fill } = Buffer.prototype;
/** So few are copied one by one before the call would have been made. */
const FEW = 192;

/**
 * Copies all of `from` to `at`. `set` goes byte by byte from or into shared memory unless both sides are aligned alike; what Node fills memory with
 * it copies as one piece.
 */
export const copyBytes = (from: Uint8Array, to: Uint8Array, at: number): void => {
  const { length } = from;
  if (length < FEW) to.set(from, at);
  else fill.call(to, from, at, at + length);
};
