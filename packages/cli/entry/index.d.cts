export type * from '../dist/index.js' with { 'resolution-mode': 'import' };
/** Starts a cluster in this process, and resolves once its nodes are Ready and pods can be created. Errors are told apart by their `name`. */
export declare const startCluster: typeof import('../dist/index.js', { with: { 'resolution-mode': 'import' } }).startCluster;
