/** What an extension point may answer (framework/interface.go `Code`), where it is not success. */
export type RejectionCode = 'Unschedulable' | 'UnschedulableAndUnresolvable';

/** A plugin's refusal of a pod, for one node or for all. `UnschedulableAndUnresolvable`: removing other pods would not help. */
export interface Rejection {
  readonly plugin: string;
  readonly code: RejectionCode;
  readonly reasons: readonly string[];
}

/** A plugin could not do its work; the pod is tried again with a back-off of its own, as reason `SchedulerError`. */
export interface PluginError {
  readonly plugin: string;
  readonly message: string;
}
