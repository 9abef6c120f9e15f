import { Trace, type TraceStep } from '@naumachia/bench/trace';
import type { Reporter } from '@naumachia/core';

/** How many steps of a host are shown at most. */
const SHOWN = 4096;

/** What every host of an embedded cluster observes: its last steps. */
export const reporter = (): Reporter => {
  const trace = new Trace();
  return { observer: { stepping: trace.stepping }, report: (): readonly TraceStep[] => trace.last(SHOWN) };
};
