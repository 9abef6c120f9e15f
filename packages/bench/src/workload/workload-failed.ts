/** A workload that could not go on: what was refused, or what did not come in time. */
export class WorkloadFailed extends Error {
  override readonly name = 'WorkloadFailed';
}
