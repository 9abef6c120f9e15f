/** A broken invariant: it fails a simulation with its seed, and restarts the actor in the other modes. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new InvariantViolation(what);
}

/** For the end of an exhaustive `switch`. */
export const unreachable = (value: never): never => {
  throw new InvariantViolation(`unexpected ${JSON.stringify(value)}`);
};
