import type { Instant } from '@naumachia/core';
import { timestamp } from '../../machinery/timestamp.js';
import type { PodView } from '../pod-view.js';

/**
 * When the change happened that an endpoints write answers: the annotation from which the network programming latency is measured
 * (endpointslice/util: TriggerTimeTracker). By service; plain state.
 */
export type TriggerTimes = Map<string, ServiceTimes>;

interface ServiceTimes {
  service: Instant;
  readonly pods: Map<string, Instant>;
}

export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * The earliest change since the last call, as text for the annotation; undefined if the service and its pods say nothing new. A pod
 * says when its Ready condition changed last.
 */
export const lastChange = (times: TriggerTimes, key: string, created: Instant, pods: readonly PodView[]): string | undefined => {
  const known = times.get(key);
  let earliest: Instant | undefined;
  const seen = new Map<string, Instant>();
  for (const { header, readySince } of pods) {
    if (readySince === 0) continue;
    const before = known?.pods.get(header.name);
    seen.set(header.name, readySince);
    // A service that is new to us says its own time: pods that were there before it changed nothing.
    if (known !== undefined && before !== readySince && (earliest === undefined || readySince < earliest)) earliest = readySince;
  }
  if (known === undefined || known.service !== created) earliest = earliest === undefined || created < earliest ? created : earliest;
  times.set(key, { service: created, pods: seen });
  return earliest === undefined ? undefined : timestamp(earliest);
};
