import { type ActorContext, atomically, type Flow, milliseconds, request, sleep } from '@naumachia/core';
import type { Lease, LeaseSpec } from '../api/generated/types.js';
import type { ApiAnswer } from '../api/requests.js';
import { formatMicroTime, instantOfTime } from '../api/time-format.js';
import type { EventToRecord } from './event-recorder.js';
import { API_SERVER, type ApiClient, brief, createRequest, getRequest, isRefused, updateRequest } from './requests.js';

/** Defaults of `--leader-elect-lease-duration` and `--leader-elect-retry-period`; the latter is drawn up to 1.2 times longer (JitterFactor) while another holds the lease. */
const LEASE_DURATION_SECONDS = 15;
const RETRY_MS = 2000;
const JITTER = 1.2;

const LEASES = 'leases.coordination.k8s.io';
const NAMESPACE = 'kube-system';

/** One component's way to its lease: plain data. */
export interface Candidate {
  /** The lease, named as the component: `kube-scheduler`. */
  readonly lease: string;
  /** Host name and a fresh uuid, so that a component that comes back is another. */
  readonly identity: string;
  readonly client: ApiClient;
  /** Milliseconds until the next attempt. */
  readonly wait: number;
  /** The lease as this component wrote it last; absent while it does not hold it. */
  readonly held?: { readonly revision: number; readonly value: Lease };
  /** What another holder wrote, and when that was first seen: its time counts by our clock. */
  readonly other?: { readonly renewTime: string; readonly seenAt: number };
}

/**
 * Keeps the lease that a component of the control plane keeps in kube-system (client-go/tools/leaderelection): taken over once its holder
 * was silent for 15 s, then renewed every 2 s. Nothing waits for it: of each component there is one at most, the runtime sees to
 * that; it is kept because everybody who looks finds it in a real cluster.
 */
export const leaderElection = <S>(record: (state: S, event: EventToRecord, context: ActorContext) => void): ((candidate: Candidate) => Flow) => {
  function* holdLease(candidate: Candidate): Flow {
    if (candidate.wait > 0) yield* sleep(milliseconds(candidate.wait));
    const { lease, client, held } = candidate;
    if (held !== undefined) {
      const value = yield* atomically<S, Lease>((_state, context) => withSpec(held.value, { renewTime: formatMicroTime(context.now) }));
      const answer = yield* request(API_SERVER, brief(updateRequest(client, headerOf(lease, held.revision), value)));
      const { held: _held, ...without } = candidate;
      yield* again({ ...(answer.type === 'written' ? { ...candidate, held: { revision: answer.revision, value } } : without), wait: RETRY_MS });
      return;
    }
    const found = yield* request(API_SERVER, getRequest(client, LEASES, NAMESPACE, lease));
    if (found.type !== 'object' && !isRefused(found, 'NotFound')) {
      yield* retry(candidate);
      return;
    }
    const present = found.type === 'object' ? { revision: found.object.header.revision, value: found.object.value as Lease } : undefined;
    const other = yield* atomically<S, Candidate['other']>((_state, context) => othersSign(candidate, present?.value.spec, context));
    if (other !== undefined) {
      yield* retry({ ...candidate, other });
      return;
    }
    const value = yield* atomically<S, Lease>((_state, context) => taken(candidate, present?.value, formatMicroTime(context.now)));
    const answer = yield* request(API_SERVER, brief(present === undefined ? createRequest(client, LEASES, NAMESPACE, value) : updateRequest(client, headerOf(lease, present.revision), value)));
    if (answer.type !== 'written') {
      yield* retry(candidate);
      return;
    }
    yield* atomically<S, void>((state, context) => record(state, becameLeader(candidate, answer), context));
    yield* again({ ...candidate, held: { revision: answer.revision, value }, wait: RETRY_MS });
  }

  /** Each attempt is a flow of its own, so that none remembers more than its own answers. */
  const again = function* (next: Candidate): Flow {
    yield* atomically<S, void>((_state, context) => context.run(holdLease, next));
  };
  const retry = function* (next: Candidate): Flow {
    yield* atomically<S, void>((_state, context) => context.run(holdLease, { ...next, wait: RETRY_MS * (1 + JITTER * context.random.float()) }));
  };
  return holdLease;
};

/** A candidate that has not tried yet. */
export const candidate = (lease: string, client: ApiClient, context: ActorContext): Candidate => ({ lease, identity: `control-plane_${context.random.uuid()}`, client, wait: 0 });

/** Another holder that may still be there: none if nobody holds the lease, or its time is over. */
const othersSign = ({ identity, other }: Candidate, spec: LeaseSpec | undefined, { now }: ActorContext): Candidate['other'] => {
  const { holderIdentity = '', renewTime = '', leaseDurationSeconds = LEASE_DURATION_SECONDS } = spec ?? {};
  if (holderIdentity === '' || holderIdentity === identity) return undefined;
  const sign = other?.renewTime === renewTime ? other : { renewTime, seenAt: other === undefined ? Math.min(now, instantOfTime(renewTime)) : now };
  return now - sign.seenAt > leaseDurationSeconds * 1000 ? undefined : sign;
};

const taken = ({ lease, identity }: Candidate, present: Lease | undefined, now: string): Lease => {
  const fresh: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: lease, namespace: NAMESPACE }, spec: {} };
  const leaseTransitions = present === undefined ? 0 : (present.spec.leaseTransitions ?? 0) + 1;
  return withSpec(present ?? fresh, { holderIdentity: identity, leaseDurationSeconds: LEASE_DURATION_SECONDS, acquireTime: now, renewTime: now, leaseTransitions });
};

const withSpec = (lease: Lease, spec: LeaseSpec): Lease => Object.assign({}, lease, { spec: Object.assign({}, lease.spec, spec) });

const headerOf = (name: string, revision: number): Parameters<typeof updateRequest>[1] => ({ resource: LEASES, namespace: NAMESPACE, name, uid: '', change: 'updated', keys: [], revision, createRevision: 0 });

const becameLeader = ({ lease, identity }: Candidate, { uid, revision }: Extract<ApiAnswer, { readonly type: 'written' }>): EventToRecord => ({
  about: { kind: 'Lease', namespace: NAMESPACE, name: lease, uid, apiVersion: 'coordination.k8s.io/v1', resourceVersion: String(revision) },
  type: 'Normal',
  reason: 'LeaderElection',
  message: `${identity} became leader`,
});
