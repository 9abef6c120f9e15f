export { runSeed, type SeedFailure, type SeedOptions, type SeedRun } from './run-seed.js';
export { runSeeds, type SeedsOptions } from './run-seeds.js';
export { DEFAULT_SCENARIO, readScenario, type ReadScenario, scenarioPath, UnreadableScenario } from './scenario/read-scenario.js';
export type { Scenario } from './scenario/scenario.js';
export type { FileError } from '../yaml/place.js';
export { loadDefinitions } from './seed-task.js';
export { failureText, seedsTable, timesWall } from './seeds-table.js';
