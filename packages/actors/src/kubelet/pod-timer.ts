import { type ActorContext, type Instant, milliseconds } from '@naumachia/core';
import type { PodWorker } from './pod-worker-state.js';

/** A pod has something to do by now. */
export interface PodTimer {
  readonly type: 'podTimer';
  readonly uid: string;
}

/** Instants are doubles: a sum may fall short of what was meant by a part of a microsecond, and a timer must not fire too early. */
const ROUNDING = 0.001;

/** Sets the one timer of a pod, or clears it. */
export const setTimer = (worker: PodWorker, at: Instant | undefined, context: ActorContext): void => {
  if (at === worker.timerAt) return;
  if (worker.timer !== undefined) context.cancel(worker.timer);
  const message: PodTimer = { type: 'podTimer', uid: worker.uid };
  worker.timerAt = at;
  worker.timer = at === undefined ? undefined : context.after(milliseconds(Math.max(0, at - context.now) + ROUNDING), message);
};
