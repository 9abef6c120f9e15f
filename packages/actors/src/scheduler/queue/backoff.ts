/** How long a pod waits before it is tried again (backoff_queue.go), all in milliseconds. */
export interface BackoffLimits {
  readonly initial: number;
  readonly most: number;
}

/** podInitialBackoffSeconds and podMaxBackoffSeconds of the default configuration. */
export const DEFAULT_BACKOFF: BackoffLimits = { initial: 1000, most: 10_000 };

/** Back-offs end at whole seconds, so that pods whose ends lie close together are ordered by priority (`backoffQOrderingWindowDuration`). */
export const ORDERING_WINDOW = 1000;

export const windowOf = (time: number): number => time - (time % ORDERING_WINDOW);

export interface BackingOff {
  readonly timestamp: number;
  /** Tries that found no node. */
  readonly unschedulableCount: number;
  /** Errors in a row; while there are any, they alone count. */
  readonly errorCount: number;
}

/** When the wait of a pod ends; 0 for one that was never refused. */
export const backoffEnd = ({ timestamp, unschedulableCount, errorCount }: BackingOff, { initial, most }: BackoffLimits): number => {
  const tries = errorCount > 0 ? errorCount : unschedulableCount;
  if (tries === 0) return 0;
  return windowOf(timestamp + Math.min(initial * 2 ** Math.min(tries - 1, 30), most));
};

/** A pod still waits in the second in which its wait ends. */
export const waits = (end: number, now: number): boolean => end !== 0 && end >= windowOf(now);
