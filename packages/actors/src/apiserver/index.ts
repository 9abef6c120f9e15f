export { apiserver } from './apiserver.js';
export { type ApiServerConfig, type ApiServerState } from './state.js';
export { newApiServerState } from './state.js';
export { planWrite, type WriteRequest } from './storage/plan-write.js';
export { type Plan } from './storage/plan.js';
export { resourceCache, takeIn } from './watch-cache.js';
export { current as currentObject } from './storage/write-context.js';
