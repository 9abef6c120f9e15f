import type { ActorContext } from '@naumachia/core';
import type { Pod } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { environmentOf, type KubeletState, tend } from './kubelet-state.js';
import { updatePod } from './pod-worker.js';
import type { PodWorker } from './pod-worker-state.js';
import { statusChanged } from './status-writer.js';

/**
 * Tells an own status write that comes back through the feed from what others wrote, by revision alone, so that the former is never
 * decoded. While a write is under way this cannot be known: the news wait for its answer. And what others wrote before an own write that is
 * yet to be told waits for that: it shows both.
 */
export const whoseWrite = (worker: PodWorker, stored: Stored<Pod>): 'own' | 'foreign' | 'unknown' => {
  const { revision } = stored.header;
  const { ownRevisions } = worker;
  if (ownRevisions !== undefined) {
    const isOwn = ownRevisions.includes(revision);
    const left = ownRevisions.filter((own) => own > revision);
    worker.ownRevisions = left.length === 0 ? undefined : left;
    if (left.length > 0) {
      if (!isOwn) worker.news = stored;
      return isOwn ? 'own' : 'unknown';
    }
    if (isOwn && worker.news === undefined) {
      worker.stored = stored;
      return 'own';
    }
  }
  if (worker.writing) {
    worker.muchNews = worker.news !== undefined;
    worker.news = stored;
    return 'unknown';
  }
  worker.muchNews = false;
  worker.news = undefined;
  return 'foreign';
};

/** Notes what an own write has made the pod's revision, and gives what others wrote before it or after it, where that is known already. */
export const takeWritten = (worker: PodWorker, revision: number): Stored<Pod> | undefined => {
  const { news, muchNews } = worker;
  worker.muchNews = false;
  if (news === undefined || news.header.revision < revision) {
    if (revision > worker.stored.header.revision) (worker.ownRevisions ??= []).push(revision);
    else worker.news = undefined;
    return undefined;
  }
  worker.news = undefined;
  if (news.header.revision > revision) return news;
  worker.stored = news;
  return muchNews ? news : undefined;
};

/**
 * What a list shows of a pod that is known. It shows the last state alone: an own write at its revision may stand over what others, a
 * deletion for instance, wrote while no watch told of it.
 */
export const takeListed = (state: KubeletState, worker: PodWorker, stored: Stored<Pod>, context: ActorContext): void => {
  if (!worker.writing && worker.ownRevisions === undefined) return takeUpdate(state, worker, stored, context);
  if (worker.news === undefined || worker.news.header.revision < stored.header.revision) worker.news = stored;
  worker.muchNews = true;
};

/** What others wrote of a pod. */
export const takeUpdate = (state: KubeletState, worker: PodWorker, stored: Stored<Pod>, context: ActorContext): void => {
  const environment = environmentOf(state, context);
  updatePod(worker, stored.header.revision > worker.stored.header.revision ? stored : worker.stored, environment);
  if (worker.stage === 'finished') statusChanged(state, worker, context);
  else if (worker.wanted > 0 || worker.step !== undefined) tend(state, worker, context, environment);
};
