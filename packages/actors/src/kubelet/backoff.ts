import { between, type Duration, type Instant, seconds } from '@naumachia/core';

/** One entry of client-go's flowcontrol.Backoff, as the kubelet uses it for restarts and for image pulls. */
export interface Backoff {
  delay: Duration;
  updatedAt: Instant;
}

/** By what is backed off: a container's name, or an image. */
export type Backoffs = Record<string, Backoff>;

/** kubelet.go: initial and maximum back-off of restarts (backOffPeriod, MaxCrashLoopBackOff); image pulls use the same. */
const FIRST = seconds(10);
const MOST = seconds(300);

const hasExpired = (backoff: Backoff, at: Instant): boolean => between(backoff.updatedAt, at) > 2 * MOST;

/** Whether less than the delay has passed since `event` (a container's end). */
export const isInBackoffSince = (backoff: Backoff | undefined, event: Instant, now: Instant): boolean => backoff !== undefined && !hasExpired(backoff, event) && between(event, now) < backoff.delay;

/** Whether less than the delay has passed since the last step. */
export const isInBackoff = (backoff: Backoff | undefined, now: Instant): boolean => backoff !== undefined && !hasExpired(backoff, now) && between(backoff.updatedAt, now) < backoff.delay;

/** Begins with 10 s and doubles to 300 s; ten minutes without trouble begin anew. */
export const stepBackoff = (backoffs: Backoffs, key: string, event: Instant, now: Instant): void => {
  const backoff = backoffs[key];
  if (backoff === undefined || hasExpired(backoff, event)) backoffs[key] = { delay: FIRST, updatedAt: now };
  else {
    backoff.delay = Math.min(2 * backoff.delay, MOST) as Duration;
    backoff.updatedAt = now;
  }
};

/** A duration as Go prints whole and partial seconds: `10s`, `1m20s`, `105ms`, `1.05s`. */
export const goDuration = (duration: Duration): string => {
  const whole = Math.floor(duration);
  if (whole === 0) return '0s';
  if (whole < 1000) return `${whole}ms`;
  const minutes = Math.floor(whole / 60_000);
  const rest = `${(whole - minutes * 60_000) / 1000}s`;
  return minutes === 0 ? rest : minutes < 60 ? `${minutes}m${rest}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}`;
};
