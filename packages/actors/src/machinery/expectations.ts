import { between, type Duration, type Instant, milliseconds, minutes } from '@naumachia/core';

/**
 * What a controller has asked for and its informer has not shown yet (controller_utils.go: ControllerExpectations and, for the
 * names of deletions, UIDTrackingControllerExpectations). Until it is fulfilled the cache must not be trusted to count.
 */
export type Expectations = Map<string, Expectation>;

interface Expectation {
  creations: number;
  /** Keys of the objects whose deletion was asked for. */
  readonly deletions: Set<string>;
  at: Instant;
}

/** ExpectationsTimeout: what was not seen by then never comes. */
const EXPIRES_AFTER = minutes(5);

export const expectCreations = (expectations: Expectations, key: string, count: number, now: Instant): void => {
  const known = expectations.get(key);
  if (known) {
    known.creations += count;
    known.at = now;
  } else expectations.set(key, { creations: count, deletions: new Set(), at: now });
};

export const expectDeletions = (expectations: Expectations, key: string, objects: readonly string[], now: Instant): void => {
  const known = expectations.get(key);
  if (known) {
    for (const object of objects) known.deletions.add(object);
    known.at = now;
  } else expectations.set(key, { creations: 0, deletions: new Set(objects), at: now });
};

/** A creation was seen, or failed. */
export const creationObserved = (expectations: Expectations, key: string): void => {
  const known = expectations.get(key);
  if (!known) return;
  if (known.creations > 0) known.creations--;
  if (isFulfilled(known)) expectations.delete(key);
};

/** A deletion was seen (a deletion timestamp counts), or failed. */
export const deletionObserved = (expectations: Expectations, key: string, object: string): void => {
  const known = expectations.get(key);
  if (known?.deletions.delete(object) && isFulfilled(known)) expectations.delete(key);
};

export const forgetExpectations = (expectations: Expectations, key: string): void => {
  expectations.delete(key);
};

/** Whether the controller may count on its cache for this key. */
export const areSatisfied = (expectations: Expectations, key: string, now: Instant): boolean => {
  const known = expectations.get(key);
  return known === undefined || isFulfilled(known) || between(known.at, now) > EXPIRES_AFTER;
};

/** How long an unfulfilled expectation still counts. What was made and was gone again between two lists is never seen. */
export const untilExpired = (expectations: Expectations, key: string, now: Instant): Duration => {
  const known = expectations.get(key);
  return milliseconds(known === undefined ? 0 : Math.max(0, EXPIRES_AFTER - between(known.at, now)) + 1);
};

const isFulfilled = (expectation: Expectation): boolean => expectation.creations === 0 && expectation.deletions.size === 0;
