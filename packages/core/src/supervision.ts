import { type Duration, milliseconds, seconds } from './time.js';

/**
 * What a supervisor does when a child throws.
 * - `one-for-one`: that child is restarted; `one-for-all`: all children of the supervisor are
 * Restarts wait `backoff.first`, doubled each time up to `backoff.most`. More than `intensity.restarts` of one child (or, one-for-all,
 * of the group) within `intensity.within` and the supervisor gives up and fails itself; at the top, the host does.
 */
export interface Supervision {
  readonly strategy: 'one-for-one' | 'one-for-all';
  readonly intensity: { readonly restarts: number; readonly within: Duration };
  readonly backoff: { readonly first: Duration; readonly most: Duration };
}

export const DEFAULT_SUPERVISION: Supervision = {
  strategy: 'one-for-one',
  intensity: { restarts: 10, within: seconds(60) },
  backoff: { first: milliseconds(10), most: seconds(10) },
};
