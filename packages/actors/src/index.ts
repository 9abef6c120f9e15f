export * from './api/object.js';
export * from './api/requests.js';
export { catalog } from './catalog.js';
export * from './cluster.js';
export { type Attempt, DEFAULT_PLUGINS, type Scheduling, attemptNext, newProfile, newScheduling, nodeChanged, podChanged, runSchedulerGoldenCase, type SchedulerGoldenOutcome } from './scheduler/index.js';
