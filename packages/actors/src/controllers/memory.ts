import type { Instant } from '@naumachia/core';
import type { Taint } from '../api/generated/types.js';
import type { SliceTracker } from './endpoints/endpoint-slice.js';
import type { TriggerTimes } from './endpoints/trigger-times.js';
import type { NodeHealth } from './node-lifecycle/node-health.js';
import type { Zone } from './node-lifecycle/zones.js';

/** What controllers remember beside the caches: plain data, by controller. */
export interface ControllerMemory {
  readonly sliceTimes: TriggerTimes;
  readonly sliceTrackers: Map<string, SliceTracker>;
  readonly endpointsTimes: TriggerTimes;
  /** Revisions of Endpoints that the controller has replaced itself, by service: a cache that shows one is late (staleEndpointsTracker). */
  readonly staleEndpoints: Map<string, number>;
  /** By node. */
  readonly health: Map<string, NodeHealth>;
  readonly zones: Map<string, Zone>;
  /** NoExecute taints of the nodes that have any. */
  readonly executing: Map<string, readonly Taint[]>;
  /** By pod: since when its eviction is due some time. */
  readonly evictions: Map<string, Instant>;
  /** Ranges of pod addresses that are taken, and by which node. */
  readonly podCidrs: Map<string, string>;
  readonly ttl: { step: number };
  /** Nodes that pods name and that do not exist: since when. */
  readonly missingNodes: Map<string, Instant>;
  /** By uid of the owner: what names it as one. */
  readonly dependents: Map<string, Set<string>>;
  /** Uids of objects that are gone. */
  readonly absentOwners: Set<string>;
}

export const emptyMemory = (): ControllerMemory => ({
  sliceTimes: new Map(),
  sliceTrackers: new Map(),
  endpointsTimes: new Map(),
  staleEndpoints: new Map(),
  health: new Map(),
  zones: new Map(),
  executing: new Map(),
  evictions: new Map(),
  podCidrs: new Map(),
  ttl: { step: 0 },
  missingNodes: new Map(),
  dependents: new Map(),
  absentOwners: new Set(),
});
