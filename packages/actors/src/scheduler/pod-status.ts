import { type Flow, type Instant, requests } from '@naumachia/core';
import type { Pod, PodCondition } from '../api/generated/types.js';
import { API_SERVER, type ApiClient, patchRequest } from '../machinery/requests.js';
import { formatTime as timestamp } from '../api/time-format.js';

export interface StatusPatch {
  readonly namespace: string;
  readonly name: string;
  /** A strategic merge patch of the status. */
  readonly patch: object;
}

/** The condition PodScheduled=False with its reason; undefined if the pod says so already (`podutil.UpdatePodCondition`). */
export const podScheduledFalse = (pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string, now: Instant): StatusPatch | undefined => {
  const former = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const { namespace = '', name = '', generation } = pod.metadata;
  if (former?.status === 'False' && former.reason === reason && former.message === message && former.observedGeneration === generation) return undefined;
  const condition: PodCondition = {
    type: 'PodScheduled',
    ...(generation !== undefined && { observedGeneration: generation }),
    status: 'False',
    lastTransitionTime: former?.status === 'False' && former.lastTransitionTime ? former.lastTransitionTime : timestamp(now),
    reason,
    message,
  };
  return { namespace, name, patch: { status: { conditions: [Object.assign({}, condition, { lastProbeTime: null })] } } };
};

/** Writes conditions. A refusal is let go, as in the real scheduler: the pod's next failure writes again. */
export function* patchStatuses({ client, patches }: { readonly client: ApiClient; readonly patches: readonly StatusPatch[] }): Flow {
  yield* requests(patches.map(({ namespace, name, patch }) => ({ to: API_SERVER, message: patchRequest(client, 'pods', namespace, name, 'strategic', patch, 'status') })));
}
