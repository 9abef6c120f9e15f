export { newProfile } from './framework/profile.js';
export { SCHEDULER_METRICS, schedulerMetrics } from './metrics.js';
export { DEFAULT_PLUGINS } from './plugins/index.js';
export { NOT_BUILT, pluginsNotBuiltFor } from './plugins/not-built/not-built.js';
export { type SchedulerConfig, type SchedulerMessage, type SchedulerState, scheduler } from './scheduler.js';
export { type Attempt, type Scheduling, attemptNext, newScheduling, nodeChanged, podChanged } from './scheduling.js';
