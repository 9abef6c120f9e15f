import type { Instant } from '@naumachia/core';

/** A line that a container printed, as the CRI log format has it. */
export interface LogLine {
  readonly at: Instant;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** The newest lines of one container; what is older is dropped, as a rotated log file is. */
export interface ContainerLog {
  lines: LogLine[];
  /** Lines dropped so far: the position of `lines[0]`. */
  dropped: number;
  /** Output without a newline yet. */
  partial: string;
}

/** A real node keeps 10 MiB per file; an emulated one keeps this many lines. */
export const MOST_LOG_LINES = 2_000;

export const emptyLog = (): ContainerLog => ({ lines: [], dropped: 0, partial: '' });

/** Cuts output into lines. `true` if at least one line was completed. */
export const appendOutput = (log: ContainerLog, stream: LogLine['stream'], output: string, at: Instant): boolean => {
  if (output === '') return false;
  const parts = (log.partial + output).split('\n');
  log.partial = parts.pop() ?? '';
  for (const text of parts) log.lines.push({ at, stream, text });
  if (log.lines.length > 2 * MOST_LOG_LINES) {
    const extra = log.lines.length - MOST_LOG_LINES;
    log.lines.splice(0, extra);
    log.dropped += extra;
  }
  return parts.length > 0;
};
