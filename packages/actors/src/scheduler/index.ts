export { scheduler, type SchedulerConfig, type SchedulerMessage, type SchedulerState } from './scheduler.js';
