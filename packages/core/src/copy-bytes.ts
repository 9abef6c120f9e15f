const { fill } = Buffer.prototype;

/**
 * Copies all of `from` to `at`. `set` goes byte by byte from or into shared memory unless both sides are aligned alike; what Node fills memory with
 * it copies as one piece.
 */
export const copyBytes = (from: Uint8Array, to: Uint8Array, at: number): void => {
  if (from.length > 0) fill.call(to, from, at, at + from.length);
};
