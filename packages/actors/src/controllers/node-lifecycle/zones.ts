import type { Instant } from '@naumachia/core';
import type { Node } from '../../api/generated/types.js';

/**
 * How fast pods may be evicted from the nodes of a zone: the more of a zone is lost, the likelier it is that we are cut off and not the
 * nodes dead (node_lifecycle_controller.go: handleDisruption).
 */
export type ZoneState = 'normal' | 'partial' | 'full';

/** The nodes of a zone that wait for their taint, and the tokens that let one through: one each ten seconds, the first at once. */
export interface Zone {
  state: ZoneState;
  /** Nodes per second. */
  rate: number;
  tokens: number;
  at: Instant;
  readonly waiting: Set<string>;
}

const RATE = 0.1;
const SECONDARY_RATE = 0.01;
const LARGE_CLUSTER = 50;
const UNHEALTHY_THRESHOLD = 0.55;

export const newZone = (now: Instant): Zone => ({ state: 'normal', rate: RATE, tokens: 1, at: now, waiting: new Set() });

/** Region and zone of a node; nodes without labels share one zone. */
export const zoneOf = ({ metadata }: Node): string => {
  const { labels } = metadata;
  return `${labels?.['topology.kubernetes.io/region'] ?? ''}:${labels?.['topology.kubernetes.io/zone'] ?? ''}`;
};

/** ComputeZoneState: lost altogether; more than two nodes and 55% of them; or normal. */
export const zoneState = (ready: number, notReady: number): ZoneState => {
  if (ready === 0 && notReady > 0) return 'full';
  return notReady > 2 && notReady / (ready + notReady) >= UNHEALTHY_THRESHOLD ? 'partial' : 'normal';
};

/** The rate of a zone; none where every zone is lost, as then it is the controller that is cut off. */
export const zoneRate = (state: ZoneState, size: number, everyZoneLost: boolean): number => {
  if (everyZoneLost) return 0;
  if (state === 'partial') return size > LARGE_CLUSTER ? SECONDARY_RATE : 0;
  return RATE;
};

/** Takes a token if there is one; else says in how many milliseconds there will be, or undefined if never at this rate. */
export const takeToken = (zone: Zone, now: Instant): { readonly taken: boolean; readonly wait: number | undefined } => {
  zone.tokens = Math.min(1, zone.tokens + ((now - zone.at) / 1000) * zone.rate);
  zone.at = now;
  if (zone.rate === 0) return { taken: false, wait: undefined };
  if (zone.tokens >= 1) {
    zone.tokens -= 1;
    return { taken: true, wait: undefined };
  }
  return { taken: false, wait: Math.ceil(((1 - zone.tokens) / zone.rate) * 1000) };
};
