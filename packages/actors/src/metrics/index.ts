import type { HostReport } from '@naumachia/core';
import { mergeFamilies } from '../machinery/metrics/merge.js';
import type { Family } from '../machinery/metrics/metric.js';
import type { ObservedMetrics } from './reporter.js';

export { exposition, EXPOSITION_TYPE } from '../machinery/metrics/exposition.js';
export type { Family, HistogramSample, Metric, NumberSample } from '../machinery/metrics/metric.js';
export { type ObservedMetrics, reporter } from './reporter.js';

/** URL of the module whose `reporter` collects metrics on each host of a run. */
export const METRICS_REPORTER = new URL('./reporter.js', import.meta.url).href;

/** The metrics of a whole run, as its hosts have reported them; hosts with another reporter have none. */
export const metricsOf = (reports: readonly HostReport[]): Family[] => mergeFamilies(reports.flatMap(({ observed }) => (observed as Partial<ObservedMetrics> | undefined)?.metrics ?? []));
