import { between, type Instant, later, seconds } from '@naumachia/core';
import type { Lease, Node, NodeCondition } from '../../api/generated/types.js';
import type { Stored } from '../../api/requests.js';
import { formatTime, instantOfTime } from '../../api/time-format.js';

/** What the monitor remembers of a node: when it last gave a sign of life that was new to us, by our own clock. */
export interface NodeHealth {
  seenAt: Instant;
  /** Of the Ready condition, as text. */
  heartbeat: string | undefined;
  renewTime: string | undefined;
  /** The revision at which the node was Ready and left nothing to do: until it changes, only its lease is looked at. */
  calm?: { readonly revision: number; readonly zone: string } | undefined;
  /** Of the lease whose `renewTime` was read last. */
  leaseRevision?: number;
}

/** --node-startup-grace-period, for a node that never reported. */
const STARTUP_GRACE = seconds(60);
const CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export const readyCondition = (node: Node): NodeCondition | undefined => node.status?.conditions?.find(({ type }) => type === 'Ready');

/** Takes in what a node and its lease say now; both clocks may be wrong, so only a change counts. */
export const noteSigns = (health: NodeHealth | undefined, node: Node, lease: Lease | undefined, now: Instant): NodeHealth => {
  const heartbeat = readyCondition(node)?.lastHeartbeatTime;
  const renewTime = lease?.spec.renewTime;
  if (health === undefined) {
    // A node that never reported counts from its creation.
    const seenAt = heartbeat === undefined && renewTime === undefined ? instantOfTime(node.metadata.creationTimestamp ?? '') : now;
    return { seenAt, heartbeat: ownText(heartbeat), renewTime: ownText(renewTime) };
  }
  const renewed = renewTime !== undefined && (health.renewTime === undefined || renewTime > health.renewTime);
  if (heartbeat !== health.heartbeat || renewed) {
    health.seenAt = now;
    health.heartbeat = ownText(heartbeat);
    health.renewTime = ownText(renewTime) ?? health.renewTime;
  }
  return health;
};

/** A copy: what was decoded is a piece of the text of its whole object, and would keep it. */
const ownText = (text: string | undefined): string | undefined => (text === undefined ? undefined : ` ${text}`.slice(1));

/**
 * Whether a node that was well is still: it has not changed, and its lease says that it is alive. Thousands of nodes need then not be
 * decoded every few seconds.
 */
export const isStillCalm = (health: NodeHealth, node: Stored<Node>, lease: Stored<Lease> | undefined, graceSeconds: number, now: Instant): boolean => {
  if (health.calm?.revision !== node.header.revision) return false;
  if (lease !== undefined && lease.header.revision !== health.leaseRevision) {
    health.leaseRevision = lease.header.revision;
    const { renewTime } = lease.value.spec;
    if (renewTime !== undefined && (health.renewTime === undefined || renewTime > health.renewTime)) {
      health.seenAt = now;
      health.renewTime = ownText(renewTime);
    }
  }
  return between(later(health.seenAt, seconds(graceSeconds)), now) < 0;
};

/** The conditions of a node that was silent for too long; undefined if it was not, or if they say so already. */
export const silentConditions = (health: NodeHealth, node: Node, graceSeconds: number, now: Instant): readonly NodeCondition[] | undefined => {
  const grace = readyCondition(node) === undefined ? STARTUP_GRACE : seconds(graceSeconds);
  // The real monitor's period counts from the end of a look, so the tenth look after a sign is a little more than 50 s after it.
  if (between(later(health.seenAt, grace), now) < 0) return undefined;
  let conditions = node.status?.conditions ?? [];
  const before = conditions;
  const at = formatTime(now);
  for (const type of CONDITIONS) {
    const known = conditions.find((condition) => condition.type === type);
    if (known === undefined) {
      conditions = [...conditions, { type, status: 'Unknown', lastHeartbeatTime: node.metadata.creationTimestamp ?? at, lastTransitionTime: at, reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }];
    } else if (known.status !== 'Unknown') {
      const unknown = Object.assign({}, known, { status: 'Unknown', lastTransitionTime: at, reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
      conditions = conditions.map((condition) => (condition === known ? unknown : condition));
    }
  }
  return conditions === before ? undefined : conditions;
};
