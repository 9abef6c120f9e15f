import { type ActorContext, atomically, type Flow, request } from '@naumachia/core';
import type { Node } from '../api/generated/types.js';
import type { ObjectHeader } from '../api/object.js';
import type { ApiAnswer, ApiRequest } from '../api/requests.js';
import { defineInformer, objectAt } from '../machinery/informer.js';
import { API_SERVER, getRequest, objectOf } from '../machinery/requests.js';
import type { KubeletState } from './kubelet-state.js';
import { writeNodeStatus } from './node-registration.js';
import { conditionsPatch, isHealthy, nodeConditions } from './node-status.js';

/** That there was a write is all that is kept of each: there may be a hundred thousand kubelets. */
interface SeenNode {
  readonly header: ObjectHeader;
}

/** The kubelet's own Node, as its node lister holds it. */
export const OWN_NODE = defineInformer<KubeletState, Node, SeenNode>({
  resource: 'nodes',
  selector: (state) => `metadata.name=${state.config.node}`,
  view: ({ header }) => ({ header }),
});

/** Whether somebody else has written the Node since its status was written, or compared, last. */
export const isWrittenByOthers = (state: KubeletState): boolean =>
  state.nodeRevision > 0 && (objectAt(state.informers, OWN_NODE, state.config.node)?.header.revision ?? 0) > state.nodeRevision;

/**
 * kubelet_node_status.go tryUpdateNodeStatus compares what it has to say with what the Node says every 10 s: the node lifecycle controller,
 * which has not heard from the kubelet for a while, may have made its conditions Unknown, and nobody but the kubelet takes that back.
 */
export function* compareNodeStatus(_why: 'written-by-others'): Flow {
  const get = yield* atomically<KubeletState, ApiRequest>((state) => getRequest(state.client, 'nodes', '', state.config.node));
  const answer = yield* request(API_SERVER, get);
  yield* atomically<KubeletState, void>((state, context) => compared(state, answer, context));
}

const compared = (state: KubeletState, answer: ApiAnswer, context: ActorContext): void => {
  const stored = objectOf(answer);
  if (stored === undefined) return;
  state.nodeRevision = Math.max(state.nodeRevision, stored.header.revision);
  const node = stored.value as Node;
  if (isHealthy(node)) return;
  const before = node.status?.conditions;
  state.reportedAt = context.now;
  context.run(writeNodeStatus, { wait: 0, patch: conditionsPatch(nodeConditions('', before, context.now), before), then: 'ready' });
};
