export { dataItemsFile, type DataItem, type DataItems } from './data-items.js';
export type { WorkloadProgress } from './execution.js';
export { passesLabels } from './label-filter.js';
export { missingFor, remarksOn } from './missing.js';
export { readWorkloadFile, type ReadWorkloadFile, UnreadableWorkloadFile, type WorkloadFileError } from './read-workload-file.js';
export { runWorkload, WORKLOAD_HOSTS, type WorkloadOptions, type WorkloadResult } from './run-workload.js';
export type { Workload, WorkloadFile } from './workload-file.js';
export { makeWorkloadReport, type WorkloadReport } from './workload-report.js';
