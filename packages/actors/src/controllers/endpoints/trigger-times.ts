import type { Instant } from '@naumachia/core';
import { formatTime } from '../../api/time-format.js';
import type { PodView } from '../pod-view.js';

/**
 * When the change happened that an endpoints write answers: the annotation from which the network programming latency is measured
 * (endpointslice/util: TriggerTimeTracker). By service; plain state.
 */
export type TriggerTimes = Map<string, ServiceTimes>;

export interface ServiceTimes {
  readonly service: Instant;
  readonly pods: ReadonlyMap<string, Instant>;
}

export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

/** What `lastChange` found: the text for the annotation, if something changed, and the times to keep once that was written. */
export interface LastChange {
  readonly at: string | undefined;
  readonly times: ServiceTimes;
}

/**
 * The earliest change since the times that are known; none if the service and its pods say nothing new. A pod says when its Ready
 * condition changed last.
 */
export const lastChange = (known: ServiceTimes | undefined, created: Instant, pods: readonly PodView[]): LastChange => {
  let earliest: Instant | undefined;
  const seen = new Map<string, Instant>();
  for (const { header, readySince, podIP } of pods) {
    // A pod without an address has no endpoint yet: its time counts when it gets one.
    if (readySince === 0 || podIP === '') continue;
    seen.set(header.name, readySince);
    // A service that is new to us says its own time: pods that were there before it changed nothing.
    if (known !== undefined && known.pods.get(header.name) !== readySince && (earliest === undefined || readySince < earliest)) earliest = readySince;
  }
  if (known?.service !== created && (earliest === undefined || created < earliest)) earliest = created;
  return { at: earliest === undefined ? undefined : formatTime(earliest), times: { service: created, pods: seen } };
};
