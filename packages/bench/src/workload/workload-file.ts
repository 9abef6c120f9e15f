import type { Operation } from './operation.js';

/** A file of scheduler_perf (test/integration/scheduler_perf of Kubernetes 1.36), read. */
export interface WorkloadFile {
  readonly path: string;
  /** What the file's thresholds may be told apart by: the folders below `scheduler_perf`, such as `misc` or `dra_devicetaints`. */
  readonly topic: string;
  readonly workloads: readonly Workload[];
}

/** One workload: the operations of its test case, with its own parameters in them. */
export interface Workload {
  /** `SchedulingBasic/5000Nodes_10000Pods`. */
  readonly name: string;
  readonly testCase: string;
  readonly line: number;
  /** Its own and those of its test case. */
  readonly labels: readonly string[];
  /** Its own over those of its test case. */
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly schedulerConfigPath: string | undefined;
  readonly operations: readonly Operation[];
  readonly metrics: CollectedMetrics;
  /** What the selected metric must exceed, or stay below; absent or 0: nothing is checked. */
  readonly threshold: number;
  readonly thresholdSelector: ThresholdSelector;
}

/** Which figure a threshold is about. */
export interface ThresholdSelector {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly dataBucket: string;
  readonly expectLower: boolean;
}

/** Metrics of the components by name, each for every combination of these values of labels. */
export type CollectedMetrics = Readonly<Record<string, readonly { readonly label: string; readonly values: readonly string[] }[]>>;

/** What scheduler_perf compares with a threshold if nothing else is said. */
export const THROUGHPUT_SELECTOR: ThresholdSelector = { name: 'SchedulingThroughput', labels: {}, dataBucket: 'Average', expectLower: false };
