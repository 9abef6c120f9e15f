/**
 * Time as actors see it. An `Instant` is a point of the runtime's clock (wall or virtual) in milliseconds since the Unix epoch,
 * a `Duration` a span in milliseconds; both may have fractions. The brands keep either from being mistaken for a bare number.
 */
declare const instant: unique symbol;
declare const duration: unique symbol;

export type Instant = number & { readonly [instant]: true };
export type Duration = number & { readonly [duration]: true };

export const instantOf = (millisecondsSinceEpoch: number): Instant => millisecondsSinceEpoch as Instant;
export const milliseconds = (count: number): Duration => count as Duration;
export const seconds = (count: number): Duration => (count * 1000) as Duration;
export const minutes = (count: number): Duration => (count * 60_000) as Duration;
export const hours = (count: number): Duration => (count * 3_600_000) as Duration;

export const later = (from: Instant, by: Duration): Instant => (from + by) as Instant;
export const between = (from: Instant, to: Instant): Duration => (to - from) as Duration;

/** What a runtime offers its hosts as time; actors see only `ActorContext.now`. */
export interface Clock {
  now(): Instant;
}
