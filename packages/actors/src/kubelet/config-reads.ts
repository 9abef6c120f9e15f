import { type ActorContext, atomically, type FeedBatch, type FeedEnd, type Flow, later, milliseconds, request, sleep } from '@naumachia/core';
import { objectFeedKey } from '../api/feed-keys.js';
import type { ListRequest, Stored } from '../api/requests.js';
import { nextDelay, reflectorBackoff } from '../machinery/reflector-backoff.js';
import { API_SERVER, listRequest } from '../machinery/requests.js';
import { type ConfigObjects, configObject, unreadObject } from './config-objects.js';
import { type ConfigReference, nameOf, resourceOf, volumeReferences } from './config-references.js';
import { type ConfigWatch, isImmutable, noConfigWatches, objectName, releaseConfig, takeConfig, useConfig } from './config-watches.js';
import { type KubeletState, tend } from './kubelet-state.js';
import type { PodWorker } from './pod-worker-state.js';

/** What a pod's sync reads of ConfigMaps and Secrets, and has read; plain data. */
export interface ConfigReads {
  readonly references: readonly ConfigReference[];
  /** Absent while something has yet to be listed. */
  readonly objects: ConfigObjects | undefined;
}

/**
 * Reads ConfigMaps and Secrets for a pod, from what the node watches. What it does not watch yet is listed, and the pod is tended once that
 * is there; pods that name nothing cost nothing.
 */
export const readConfig = (state: KubeletState, worker: PodWorker, references: readonly ConfigReference[], context: ActorContext): void => {
  const watches = (state.configs ??= noConfigWatches());
  let isKnown = true;
  for (const reference of references) {
    const watch = useConfig(watches, worker.uid, resourceOf(reference), worker.namespace, nameOf(reference));
    if (watch.revision > 0) continue;
    isKnown = false;
    if (!watch.listing) list(watch, 0, context);
  }
  worker.config = { references, objects: isKnown ? objectsOf(state, worker, references) : undefined };
};

/** What is not known by now could not be read. */
const objectsOf = ({ configs }: KubeletState, { namespace }: PodWorker, references: readonly ConfigReference[]): ConfigObjects => {
  const objects: { -readonly [Reference in ConfigReference]?: ConfigObjects[Reference] } = {};
  for (const reference of references) {
    const watch = configs?.byObject.get(objectName({ resource: resourceOf(reference), namespace, name: nameOf(reference) }));
    objects[reference] = watch === undefined || watch.revision === 0 ? unreadObject(reference) : configObject(reference, watch.stored);
  }
  return objects;
};

const list = (watch: ConfigWatch, wait: number, context: ActorContext): void => {
  watch.listing = true;
  context.run(listConfig, { object: objectName(watch), wait });
};

/** Lists one object by its name: unlike a get, a list tells as of when there is none. */
export function* listConfig({ object, wait }: { readonly object: string; readonly wait: number }): Flow {
  if (wait > 0) yield* sleep(milliseconds(wait));
  const message = yield* atomically<KubeletState, ListRequest | undefined>(({ client, configs }) => {
    const watch = configs?.byObject.get(object);
    return watch && listRequest(client, watch.resource, { fieldSelector: `metadata.name=${watch.name}` }, watch.namespace);
  });
  if (message === undefined) return;
  const answer = yield* request(API_SERVER, message);
  yield* atomically<KubeletState, void>((state, context) => {
    const watch = state.configs?.byObject.get(object);
    if (watch === undefined) return;
    watch.listing = false;
    if (answer.type === 'list') {
      if (watch.subscription === undefined) follow(state, watch, answer.items[0], answer.revision, context);
      take(state, watch, answer.items[0], answer.revision, context);
    } else if (watch.revision > 0) list(watch, nextDelay((watch.backoff ??= reflectorBackoff()), context.now, context.random), context);
    // Who needs it will ask again.
    else settle(state, watch, context);
  });
}

const follow = (state: KubeletState, watch: ConfigWatch, stored: Stored | undefined, after: number, context: ActorContext): void => {
  if (isImmutable(stored)) return;
  watch.subscription = context.subscribe(API_SERVER, watch.resource, { after, key: objectFeedKey(watch.namespace, watch.name) });
  state.configs?.bySubscription.set(watch.subscription, objectName(watch));
};

const take = (state: KubeletState, watch: ConfigWatch, stored: Stored | undefined, revision: number, context: ActorContext): void => {
  switch (takeConfig(watch, stored, revision)) {
    case 'first':
      return settle(state, watch, context);
    case 'changed':
      return remount(state, watch, context);
    case 'same':
  }
};

/** Those that wait for nothing else go on. */
const settle = (state: KubeletState, { users }: ConfigWatch, context: ActorContext): void => {
  for (const uid of users) {
    const worker = state.workers.get(uid);
    if (worker?.config === undefined || worker.config.objects !== undefined || isListing(state, worker, worker.config.references)) continue;
    worker.config = { references: worker.config.references, objects: objectsOf(state, worker, worker.config.references) };
    tend(state, worker, context);
  }
};

const isListing = ({ configs }: KubeletState, { namespace }: PodWorker, references: readonly ConfigReference[]): boolean =>
  references.some((reference) => configs?.byObject.get(objectName({ resource: resourceOf(reference), namespace, name: nameOf(reference) }))?.listing === true);

/**
 * Volumes show a change when their pod is synced next: 60 s after the last sync and up to half as long again (resyncInterval and
 * workerResyncIntervalJitterFactor of pod_workers.go). Environments are made once.
 */
const remount = (state: KubeletState, watch: ConfigWatch, context: ActorContext): void => {
  for (const uid of watch.users) {
    const worker = state.workers.get(uid);
    if (worker?.stage !== 'running' || worker.remountAt !== undefined) continue;
    if (volumeReferences(worker.stored.value)?.some((reference) => resourceOf(reference) === watch.resource && nameOf(reference) === watch.name) !== true) continue;
    const period = RESYNC * (1 + JITTER * context.random.float());
    worker.remountAt = later(context.now, milliseconds(state.runtime.profile.relist === 0 ? 0 : period * context.random.float()));
    tend(state, worker, context);
  }
};

const RESYNC = 60_000;
const JITTER = 0.5;

export const configFeed = (state: KubeletState, batch: FeedBatch, context: ActorContext): void => {
  const watch = watchOf(state, batch.subscription);
  for (const { revision, value } of batch.entries) {
    if (watch === undefined) return;
    const stored = value as Stored;
    take(state, watch, stored.header.change === 'deleted' ? undefined : stored, revision, context);
  }
};

export const configFeedEnded = (state: KubeletState, { subscription, reason }: FeedEnd, context: ActorContext): void => {
  const watch = watchOf(state, subscription);
  if (watch === undefined) return;
  state.configs?.bySubscription.delete(subscription);
  watch.subscription = undefined;
  list(watch, reason === 'gone' ? 0 : nextDelay((watch.backoff ??= reflectorBackoff()), context.now, context.random), context);
};

const watchOf = ({ configs }: KubeletState, subscription: number): ConfigWatch | undefined => {
  const object = configs?.bySubscription.get(subscription);
  return object === undefined ? undefined : configs?.byObject.get(object);
};

/** The pod is over (SyncTerminatedPod: UnregisterPod). */
export const endConfig = (state: KubeletState, uid: string, context: ActorContext): void => {
  if (state.configs === undefined) return;
  for (const { subscription } of releaseConfig(state.configs, uid)) if (subscription !== undefined) context.unsubscribe(subscription);
  if (state.configs.byObject.size === 0) state.configs = undefined;
};
