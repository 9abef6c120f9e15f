export { newProfile } from './framework/profile.js';
export { DEFAULT_PLUGINS } from './plugins/index.js';
export { type SchedulerConfig, type SchedulerMessage, type SchedulerState, scheduler } from './scheduler.js';
export { type Attempt, type Scheduling, attemptNext, newScheduling, nodeChanged, podChanged } from './scheduling.js';
