import type { Reporter } from '@naumachia/core';
import { reporter as meteredReporter } from '../measure/metered-reporter.js';
import { withPodLedger } from './workload-reporter.js';

/** Measures a host of a workload's cluster, and collects the metrics of its components beside it. */
export const reporter = (): Reporter => withPodLedger(meteredReporter());
