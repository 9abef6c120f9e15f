import { type Duration, milliseconds, seconds } from '@naumachia/core';

/** How long things take on a node. */
export interface LatencyProfile {
  /** Until the volumes of a pod are mounted, and up to half as long again: the volume manager polls. */
  readonly volumesMounted: Duration;
  readonly volumesUnmounted: Duration;
  /** Bytes per millisecond of image pulls. */
  readonly pullBandwidth: number;
  /** From SIGTERM to the end of a process that handles it. */
  readonly stop: Duration;
  /** From when a pod is seen to be over by itself until it is taken down; a real kubelet waits for its next look at the runtime, at most a second. */
  readonly completion: Duration;
  /** Between two looks at the runtime (genericPlegRelistPeriod, 1 s); 0: every change is seen at once. */
  readonly relist: Duration;
}

export type LatencyProfileName = 'recorded' | 'none';

/** `recorded`: as the golden set shows it (a pull takes about 0.1 s). `none`: everything in no time, for loads and quick tests. */
export const LATENCY_PROFILES: { readonly [P in LatencyProfileName]: LatencyProfile } = {
  recorded: { volumesMounted: milliseconds(400), volumesUnmounted: milliseconds(200), pullBandwidth: 20_000, stop: milliseconds(20), completion: milliseconds(100), relist: seconds(1) },
  none: { volumesMounted: milliseconds(0), volumesUnmounted: milliseconds(0), pullBandwidth: Infinity, stop: milliseconds(0), completion: milliseconds(0), relist: milliseconds(0) },
};
