export { type KeyAndCertificate, newAuthority } from './certificates.js';
export type { EdgeInfo, EdgeOptions } from './edge.js';
export { kubeconfig } from './kubeconfig.js';
export { processMetrics } from './process-metrics.js';
