import { between, type Duration, type Instant, milliseconds, minutes, type Random, seconds } from '@naumachia/core';

/** How long a reflector waits before it lists or watches again (client-go reflector.go: 800 ms doubling to 30 s, jitter 1, reset after 2 min). */
export interface ReflectorBackoff {
  delay: Duration;
  last: Instant | undefined;
}

const FIRST = milliseconds(800);
const MOST = seconds(30);
const RESET_AFTER = minutes(2);

export const reflectorBackoff = (): ReflectorBackoff => ({ delay: FIRST, last: undefined });

export const nextDelay = (backoff: ReflectorBackoff, now: Instant, random: Random): Duration => {
  if (backoff.last !== undefined && between(backoff.last, now) > RESET_AFTER) backoff.delay = FIRST;
  backoff.last = now;
  const delay = milliseconds(backoff.delay * (1 + random.float()));
  backoff.delay = milliseconds(Math.min(MOST, backoff.delay * 2));
  return delay;
};
