export * from './api/object.js';
export * from './api/requests.js';
export { catalog } from './catalog.js';
export * from './cluster.js';
