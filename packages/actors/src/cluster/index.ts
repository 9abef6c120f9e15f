export * from './links.js';
export * from './nodes.js';
export * from './spec.js';
