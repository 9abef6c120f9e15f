export { apiserver } from './apiserver.js';
export type { ApiServerConfig, ApiServerState } from './state.js';
