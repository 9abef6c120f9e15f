import { type ActorContext, atomically, type Flow, milliseconds, minutes, request, sleep } from '@naumachia/core';
import type { Node } from '../api/generated/types.js';
import type { ApiAnswer, ApiRequest, Stored } from '../api/requests.js';
import { API_SERVER, createRequest, getRequest, isRefused, objectOf, patchRequest, updateRequest } from '../machinery/requests.js';
import { events, type KubeletMessage, type KubeletState } from './kubelet-state.js';
import { LEASE_NAMESPACE, nodeLease, renewAfter } from './lease.js';
import { compareNodeStatus, isWrittenByOthers } from './own-node.js';
import { conditionsPatch, heartbeatPatch, initialNode, isHealthy, nodeConditions, nodeFacts, STARTING_CSI } from './node-status.js';

/** kubelet_node_status.go registerWithAPIServer: 100 ms, doubled to 7 s. */
const FIRST_RETRY = 100;
const LAST_RETRY = 7_000;
/** nodeStatusReportFrequency: a status without news is written this often. */
const REPORT_EVERY = minutes(5);

/** Registers the node: its first lease comes with the first heartbeat. */
export const startNode = (state: KubeletState, context: ActorContext): void => {
  // Where thousands start at once their Events do not hold up their nodes: priority and fairness has seats of its own for nodes and their status
  // (apiserver pkg/apis/flowcontrol/bootstrap/default.go, 1.36: node-high). The API server here serves in the order of arrival, so they wait.
  if (state.config.profile === 'none') state.events.delivery = 'held';
  nodeEvent(state, 'Normal', 'Starting', 'Starting kubelet.', context);
  sufficientEvents(state, context);
  context.run(registerNode, { wait: 0, bootID: context.random.uuid() });
  context.after(renewAfter(context.random), HEARTBEAT);
};

const HEARTBEAT: KubeletMessage = { type: 'heartbeat' };

const nodeEvent = (state: KubeletState, type: 'Normal' | 'Warning', reason: string, message: string, context: ActorContext): void => {
  // kubelet.go nodeRef names no uid (since 1.36), so that `kubectl describe node` does not find these Events.
  events.record(state, state.events, { about: { kind: 'Node', name: state.config.node, apiVersion: 'v1' }, type, reason, message }, context);
};

const stateEvent = (state: KubeletState, reason: string, context: ActorContext): void => nodeEvent(state, 'Normal', reason, `Node ${state.config.node} status is now: ${reason}`, context);

const sufficientEvents = (state: KubeletState, context: ActorContext): void => {
  stateEvent(state, 'NodeHasSufficientMemory', context);
  stateEvent(state, 'NodeHasNoDiskPressure', context);
  stateEvent(state, 'NodeHasSufficientPID', context);
};

interface Registration {
  /** Milliseconds. */
  readonly wait: number;
  readonly bootID: string;
}

export function* registerNode(registration: Registration): Flow {
  if (registration.wait > 0) yield* sleep(milliseconds(registration.wait));
  const create = yield* atomically<KubeletState, ApiRequest>((state, context) =>
    createRequest(state.client, 'nodes', '', initialNode(state.config, registration.bootID, state.runtime.images, context.now)),
  );
  const answer = yield* request(API_SERVER, create);
  const known = isRefused(answer, 'AlreadyExists');
  const found = known ? yield* request(API_SERVER, yield* atomically<KubeletState, ApiRequest>((state) => getRequest(state.client, 'nodes', '', state.config.node))) : answer;
  yield* atomically<KubeletState, void>((state, context) => registered(state, registration, found, known, context));
}

const registered = (state: KubeletState, registration: Registration, answer: ApiAnswer, known: boolean, context: ActorContext): void => {
  const stored = objectOf(answer);
  if (stored === undefined) {
    events.letGo(state.events, context);
    context.run(registerNode, Object.assign({}, registration, { wait: registration.wait === 0 ? FIRST_RETRY : Math.min(2 * registration.wait, LAST_RETRY) }));
    return;
  }
  state.nodeUid = stored.header.uid;
  state.reportedAt = context.now;
  const node = stored.value as Node;
  if (known) {
    const { bootID } = registration;
    if (node.status?.nodeInfo?.bootID !== bootID) nodeEvent(state, 'Warning', 'Rebooted', `Node ${state.config.node} has been rebooted, boot id: ${bootID}`, context);
    sufficientEvents(state, context);
    // fastStatusUpdateOnce looks every 100 ms and writes nothing until the node is ready, but each look says what it finds: at first no CSINode.
    stateEvent(state, 'NodeNotReady', context);
    const before = node.status?.conditions;
    const patch = conditionsPatch(nodeConditions('', before, context.now), before, nodeFacts(state.config, bootID, state.runtime.images));
    context.run(writeNodeStatus, { wait: state.config.profile === 'recorded' ? 200 : 0, patch, then: 'ready' });
  } else if (state.config.profile === 'recorded') {
    const before = node.status?.conditions;
    context.run(writeNodeStatus, { wait: 200, patch: conditionsPatch(nodeConditions(STARTING_CSI, before, context.now), before), then: 'starting' });
  } else context.run(writeNodeStatus, { wait: 0, patch: conditionsPatch(nodeConditions('', node.status?.conditions, context.now), node.status?.conditions), then: 'ready' });
};

interface NodeWrite {
  /** Milliseconds. */
  readonly wait: number;
  readonly patch: object;
  /** What is written next: `starting` is followed by Ready. */
  readonly then: 'starting' | 'ready' | 'nothing';
}

export function* writeNodeStatus(write: NodeWrite): Flow {
  if (write.wait > 0) yield* sleep(milliseconds(write.wait));
  const patch = yield* atomically<KubeletState, ApiRequest>((state) => patchRequest(state.client, 'nodes', '', state.config.node, 'strategic', write.patch, 'status'));
  const answer = yield* request(API_SERVER, patch);
  yield* atomically<KubeletState, void>((state, context) => nodeStatusWritten(state, write, answer, context));
}

const nodeStatusWritten = (state: KubeletState, write: NodeWrite, answer: ApiAnswer, context: ActorContext): void => {
  const stored = objectOf(answer);
  if (stored === undefined) {
    events.letGo(state.events, context);
    // The next heartbeat tries again; a node that is not Ready yet cannot wait for that.
    if (write.then !== 'nothing') context.run(writeNodeStatus, Object.assign({}, write, { wait: 1000 }));
    else state.reportedAt = (context.now - REPORT_EVERY) as typeof context.now;
    return;
  }
  switch (write.then) {
    case 'starting': {
      sufficientEvents(state, context);
      const before = (stored.value as Node).status?.conditions;
      context.run(writeNodeStatus, { wait: 200, patch: conditionsPatch(nodeConditions('', before, context.now), before), then: 'ready' });
      return;
    }
    case 'ready':
      noteSaid(state, stored);
      stateEvent(state, 'NodeReady', context);
      events.letGo(state.events, context);
      return;
    case 'nothing':
      noteSaid(state, stored);
  }
};

/** The Node says what the kubelet does. If not, somebody else wrote it just before, and the next heartbeat compares. */
const noteSaid = (state: KubeletState, stored: Stored): void => {
  if (isHealthy(stored.value as Node)) state.nodeRevision = stored.header.revision;
};

/** Every 10 s: the lease, and the status if there is news or it is due. */
export const heartbeat = (state: KubeletState, context: ActorContext): void => {
  context.after(renewAfter(context.random), HEARTBEAT);
  if (state.nodeUid === '') return;
  context.run(renewLease, { by: state.leaseRevision === 0 ? 'create' : 'update', tries: 0 });
  if (isWrittenByOthers(state)) context.run(compareNodeStatus, 'written-by-others');
  const hasNewImages = state.reportedImages !== state.runtime.images;
  if (!hasNewImages && context.now - state.reportedAt < REPORT_EVERY) return;
  state.reportedAt = context.now;
  state.reportedImages = state.runtime.images;
  context.run(writeNodeStatus, { wait: 0, patch: heartbeatPatch(context.now, hasNewImages ? state.runtime.images : undefined), then: 'nothing' });
};

interface Renewal {
  readonly by: 'create' | 'update' | 'get';
  readonly tries: number;
}

/** lease/controller.go maxUpdateRetries */
const MOST_TRIES = 5;

export function* renewLease(renewal: Renewal): Flow {
  const message = yield* atomically<KubeletState, ApiRequest>((state, context) => {
    const { client, config, leaseRevision, nodeUid } = state;
    if (renewal.by === 'get') return getRequest(client, LEASES, LEASE_NAMESPACE, config.node);
    const lease = nodeLease(config.node, nodeUid, context.now);
    return renewal.by === 'create' ? createRequest(client, LEASES, LEASE_NAMESPACE, lease) : updateRequest(client, leaseHeader(config.node, leaseRevision), lease);
  });
  const answer = yield* request(API_SERVER, message);
  yield* atomically<KubeletState, void>((state, context) => renewed(state, renewal, answer, context));
}

const LEASES = 'leases.coordination.k8s.io';

const leaseHeader = (node: string, revision: number): Parameters<typeof updateRequest>[1] => ({
  resource: LEASES,
  namespace: LEASE_NAMESPACE,
  name: node,
  uid: '',
  change: 'updated',
  keys: [],
  revision,
  createRevision: 0,
});

const renewed = (state: KubeletState, renewal: Renewal, answer: ApiAnswer, context: ActorContext): void => {
  const stored = objectOf(answer);
  if (stored) state.leaseRevision = stored.header.revision;
  const next = nextTry(renewal.by, stored !== undefined, answer);
  if (next !== undefined && renewal.tries < MOST_TRIES) context.run(renewLease, { by: next, tries: renewal.tries + 1 });
};

const nextTry = (by: Renewal['by'], succeeded: boolean, answer: ApiAnswer): Renewal['by'] | undefined => {
  if (succeeded) return by === 'get' ? 'update' : undefined;
  if (by === 'update' && isRefused(answer, 'Conflict')) return 'get';
  if (by === 'create' && isRefused(answer, 'AlreadyExists')) return 'get';
  if (by !== 'create' && isRefused(answer, 'NotFound')) return 'create';
  return undefined;
};
