import { type ObservedMetrics, reporter as metricsReporter } from '@naumachia/actors/metrics';
import type { Reporter } from '@naumachia/core';
import { together } from './observers.js';
import { type Observed, reporter as loadReporter } from './reporter.js';

/** Measures a host as the load benchmark does, and collects the metrics of its components beside it. */
export const reporter = (): Reporter => {
  const load = loadReporter();
  const metrics = metricsReporter();
  return {
    ...load,
    observer: together(load.observer, metrics.observer),
    report: (states): Observed & ObservedMetrics => ({ ...(load.report(states) as Observed), ...(metrics.report(states) as ObservedMetrics) }),
  };
};
