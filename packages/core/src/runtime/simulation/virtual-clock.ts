import type { Duration, Instant } from '../../time.js';

/** The clock of a simulated cluster, for those who live in wall time. */
export interface VirtualClock {
  now(): Instant;
  /** How many virtual seconds go by in one of wall time, as far as they can be computed; 0: it stands. */
  readonly speed: number;
  setSpeed(speed: number): void;
  /** Stands, until somebody sets a speed or lets it advance; requests are answered all the same. What was to advance is given up. */
  pause(): void;
  /**
   * Lets so much virtual time go by as fast as it can be computed, after what others still wait for; resolves when it has. Rejects if the run fails,
   * is paused or is stopped before.
   */
  advance(duration: Duration): Promise<void>;
}
