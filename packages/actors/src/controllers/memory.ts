import type { SliceTracker } from './endpoints/endpoint-slice.js';
import type { TriggerTimes } from './endpoints/trigger-times.js';

/** What controllers remember beside the caches: plain data, by controller. */
export interface ControllerMemory {
  readonly sliceTimes: TriggerTimes;
  readonly sliceTrackers: Map<string, SliceTracker>;
  readonly endpointsTimes: TriggerTimes;
}

export const emptyMemory = (): ControllerMemory => ({ sliceTimes: new Map(), sliceTrackers: new Map(), endpointsTimes: new Map() });
