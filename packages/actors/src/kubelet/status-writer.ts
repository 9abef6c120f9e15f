import { type ActorContext, atomically, type Flow, later, request, seconds } from '@naumachia/core';
import type { PodStatus } from '../api/generated/types.js';
import type { ApiAnswer } from '../api/requests.js';
import { API_SERVER, type ApiClient, brief, deleteRequest, isRefused, patchRequest } from '../machinery/requests.js';
import type { KubeletState } from './kubelet-state.js';
import { setTimer } from './pod-timer.js';
import { takeUpdate, takeWritten } from './pod-updates.js';
import { isTerminalPhase } from './pod-status.js';
import type { PodWorker } from './pod-worker-state.js';
import { type StatusPatch, statusPatch } from './status-patch.js';

/** The status manager writes again after this where a write failed (syncPeriod of status_manager.go). */
const WRITE_AGAIN = seconds(10);

interface Write {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Writes what the API server does not show yet: one patch per pod at a time, later changes are merged into the next. Once the last
 * status of a pod that is being deleted is written, the pod is deleted for good.
 */
export const statusChanged = (state: KubeletState, worker: PodWorker, context: ActorContext): void => {
  if (worker.writing || worker.gone || worker.status === undefined) return;
  const status = statusToWrite(worker, worker.status);
  const shown = worker.shown ?? worker.stored.value.status;
  const patch = status === shown ? undefined : statusPatch(worker.uid, shown, status);
  if (patch !== undefined) {
    worker.writing = true;
    worker.shown = status;
    context.run(writeStatus, { client: state.client, namespace: worker.namespace, name: worker.name, uid: worker.uid, patch });
  } else if (worker.stage === 'finished') {
    if (worker.stored.value.metadata.deletionTimestamp === undefined) return;
    worker.writing = true;
    context.run(deletePod, { client: state.client, namespace: worker.namespace, name: worker.name, uid: worker.uid });
  } else if (worker.stage === 'running' && !isTerminalPhase(worker.status.phase) && worker.ownRevisions === undefined) {
    // From here on the stored object tells all.
    worker.status = undefined;
    worker.shown = undefined;
  }
};

/** mergePodStatus: a pod is not shown as ended while containers of it may run. */
const statusToWrite = (worker: PodWorker, status: PodStatus): PodStatus => {
  if (!isTerminalPhase(status.phase) || worker.stage === 'terminated' || worker.stage === 'finished') return status;
  const stored = worker.shown ?? worker.stored.value.status;
  if (isTerminalPhase(stored?.phase)) return status;
  const { reason: _reason, message: _message, ...rest } = status;
  return { ...rest, phase: stored?.phase ?? 'Pending', ...(stored?.reason !== undefined && { reason: stored.reason }), ...(stored?.message !== undefined && { message: stored.message }) };
};

export function* writeStatus(write: Write & { readonly patch: StatusPatch }): Flow {
  const answer = yield* request(API_SERVER, brief(patchRequest(write.client, 'pods', write.namespace, write.name, 'strategic', write.patch, 'status')));
  yield* atomically<KubeletState, void>((state, context) => written(state, write.uid, answer, context));
}

export function* deletePod(write: Write): Flow {
  const answer = yield* request(API_SERVER, deleteRequest(write.client, 'pods', write.namespace, write.name, { gracePeriodSeconds: 0, preconditions: { uid: write.uid } }));
  yield* atomically<KubeletState, void>((state, context) => deleted(state, write.uid, answer, context));
}

const written = (state: KubeletState, uid: string, answer: ApiAnswer, context: ActorContext): void => {
  const worker = state.workers.get(uid);
  if (worker === undefined) return;
  worker.writing = false;
  if (answer.type !== 'written' || answer.uid !== uid) {
    worker.shown = undefined;
    writeLater(worker, answer, context);
    const { news } = worker;
    worker.muchNews = false;
    // The feed has yet to tell of an earlier own write: it tells the news with that.
    if (news === undefined || worker.ownRevisions !== undefined) return;
    worker.news = undefined;
    takeUpdate(state, worker, news, context);
    return;
  }
  worker.writeAgainAt = undefined;
  const news = takeWritten(worker, answer.revision);
  if (news) takeUpdate(state, worker, news, context);
  else statusChanged(state, worker, context);
};

const deleted = (state: KubeletState, uid: string, answer: ApiAnswer, context: ActorContext): void => {
  const worker = state.workers.get(uid);
  if (worker === undefined) return;
  if (answer.type === 'failure' || (answer.type === 'status' && answer.status.status === 'Failure')) {
    worker.writing = false;
    writeLater(worker, answer, context);
  }
  // Else the feed tells that it is gone; until then nothing more is written.
};

/** A pod that is not there any more, or is another by now, needs no status: the feed will tell. */
const writeLater = (worker: PodWorker, answer: ApiAnswer, context: ActorContext): void => {
  if (isRefused(answer, 'NotFound') || isRefused(answer, 'Conflict')) return;
  worker.writeAgainAt = later(context.now, WRITE_AGAIN);
  if (worker.timerAt === undefined || worker.writeAgainAt < worker.timerAt) setTimer(worker, worker.writeAgainAt, context);
};
