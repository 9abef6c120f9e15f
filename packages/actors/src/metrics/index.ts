export { exposition, EXPOSITION_TYPE } from '../machinery/metrics/exposition.js';
export { metricsOf, type ObservedMetrics } from '../machinery/metrics/merge.js';
export type { Family, HistogramSample, Metric, NumberSample } from '../machinery/metrics/metric.js';
export { reporter } from './reporter.js';

/** URL of the module whose `reporter` collects metrics on each host of a run. */
export const METRICS_REPORTER = new URL('./reporter.js', import.meta.url).href;
