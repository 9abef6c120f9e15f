import { type Duration, type Instant, milliseconds, type Random, seconds } from '@naumachia/core';
import type { Lease } from '../api/generated/types.js';
import { formatMicroTime } from '../api/time-format.js';

/** nodeLeaseDurationSeconds, and a quarter of it between two renewals (component-helpers/apimachinery/lease). */
export const LEASE_DURATION_SECONDS = 40;
const RENEW_INTERVAL = seconds(10);
const RENEW_JITTER = 0.04;

export const LEASE_NAMESPACE = 'kube-node-lease';

/** Until the next renewal: up to 4 % more than 10 s, so that nodes do not renew as one. */
export const renewAfter = (random: Random): Duration => milliseconds(RENEW_INTERVAL * (1 + RENEW_JITTER * random.float()));

/** The node's Lease, renewed now. Its uid and times of creation are the store's business. */
export const nodeLease = (node: string, nodeUid: string, now: Instant): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: node,
    namespace: LEASE_NAMESPACE,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node, uid: nodeUid }],
  },
  spec: { holderIdentity: node, leaseDurationSeconds: LEASE_DURATION_SECONDS, renewTime: formatMicroTime(now) },
});
