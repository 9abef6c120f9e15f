/** Why a container waits, as the last attempt to start it ended (the kubelet's reason cache). */
export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

/** By container name. Absent where nothing failed. */
export type WaitingReasons = Record<string, WaitingReason>;
