import { type ActorContext, type Instant, later, request, seconds } from '@naumachia/core';
import type { Flow } from '@naumachia/core';
import type { LeaseGrantRequest } from '../../api/etcd-requests.js';
import { type ApiServerState, ETCD } from '../state.js';

/** One lease serves the writes of a minute (etcd3.LeaseManagerConfig: ReuseDurationSeconds 60), and so many objects at most. */
const REUSE = seconds(60);
const MAX_OBJECTS = 1000;

/**
 * The lease under which an object with a time to live is written now. Its id is chosen here and its grant is sent before the write
 * on the same link, so nobody waits for it.
 */
export const leaseFor = (state: ApiServerState, context: ActorContext, timeToLive: number): number => {
  let lease = state.eventLease;
  if (lease === undefined || lease.until <= context.now || lease.objects >= MAX_OBJECTS) {
    // 52 random bits: a number that a double holds, and that nobody else draws.
    const id = 1 + context.random.uint32() * 0x10_0000 + (context.random.uint32() >>> 12);
    lease = { id, until: later(context.now, REUSE) as Instant, objects: 0 };
    state.eventLease = lease;
    context.run(grantLease, { id, ttl: timeToLive + REUSE / 1000 });
  }
  lease.objects++;
  return lease.id;
};

export function* grantLease(lease: { readonly id: number; readonly ttl: number }): Flow {
  yield* request<LeaseGrantRequest>(ETCD, { type: 'lease-grant', id: lease.id, ttl: lease.ttl });
}
