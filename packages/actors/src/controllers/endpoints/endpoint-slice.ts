import { milliseconds } from '@naumachia/core';
import type { EndpointSlice, Service } from '../../api/generated/types.js';
import type { ApiAnswer, ApiRequest, Stored } from '../../api/requests.js';
import { indexed, objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { brief, createRequest, deleteRequest, failureText, hasFailed, isRefused, keyOf, serviceAccountClient, splitKey, updateRequest } from '../../machinery/requests.js';
import { instantOfTime } from '../../api/time-format.js';
import { ENDPOINT_SLICES, SERVICES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { addressTypesOf, desiredEndpoints } from './desired-endpoints.js';
import { affectedServices, hasSelector, podsOf } from './service-pods.js';
import { MANAGED_BY, MANAGER, packSlices, type SliceChanges } from './slice-packing.js';
import { LAST_CHANGE, lastChange, type ServiceTimes } from './trigger-times.js';

const NAME = 'endpointslice-controller';
const RESOURCE = 'endpointslices.discovery.k8s.io';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
/** A cache that stays behind is looked at again after the controller's first back-off (defaultSyncBackOff). */
const STALE_RETRY = milliseconds(1000);

/** What the controller wrote of a service's slices: until the cache shows it, nothing new is decided (EndpointSliceTracker). */
export interface SliceTracker {
  /** By slice name: the revision of the last write. */
  readonly revisions: Map<string, number>;
  waiting: boolean;
}

interface Progress {
  readonly times: ServiceTimes;
  /** Some pod was left out, as its node is not known: the service is looked at again. */
  readonly incomplete: boolean;
}

/** Keeps the EndpointSlices of services with a selector. */
export const endpointSliceController: ManagedController = {
  name: NAME,
  workers: 5,
  reconcile: (manager, key) => reconcile(manager, key),
  proceed: (manager, key, next, answers) => proceed(manager, key, next as Progress, answers),
  watches: {
    services: (manager, former, current) => {
      const service = current ?? former;
      if (service !== undefined) enqueue(manager, NAME, keyOf(service));
    },
    pods: (manager, former, current) => {
      for (const key of affectedServices(manager, former, current)) enqueue(manager, NAME, key);
    },
    endpointSlices: (manager, former, current) => sliceChanged(manager, former, current),
  },
};

const reconcile = (manager: ControllerManager, key: string): Work | undefined => {
  const { memory } = manager;
  const stored = objectAt(manager.informers, SERVICES, key);
  if (stored === undefined) {
    // Its slices go with it: they name it as their owner.
    memory.sliceTimes.delete(key);
    memory.sliceTrackers.delete(key);
    return undefined;
  }
  const service = stored.value;
  if (!hasSelector(service) || service.metadata.deletionTimestamp !== undefined) return undefined;
  const existing = [...indexed(manager.informers, ENDPOINT_SLICES, 'service', key).values()].filter(isManaged);
  const tracker = trackerOf(manager, key);
  if (isBehind(tracker, existing)) {
    tracker.waiting = true;
    return { writes: [], requeueAfter: STALE_RETRY };
  }
  const pods = podsOf(manager, stored.header.namespace, service.spec?.selector ?? {});
  const { at, times } = lastChange(memory.sliceTimes.get(key), instantOfTime(service.metadata.creationTimestamp ?? ''), pods);
  const writes: ApiRequest[] = [];
  const types = addressTypesOf(service);
  let incomplete = false;
  for (const type of types) {
    const desired = desiredEndpoints(manager, service, pods, type);
    incomplete ||= desired.incomplete;
    writes.push(...writesOf(service, packSlices(service, desired, existing.filter(({ value }) => value.addressType === type), type), at));
  }
  for (const slice of existing) if (!types.some((type) => type === slice.value.addressType)) writes.push(deletion(slice));
  if (writes.length > 0) return { writes, next: { times, incomplete } satisfies Progress };
  memory.sliceTimes.set(key, times);
  return incomplete ? { writes, failed: true } : undefined;
};

const proceed = (manager: ControllerManager, key: string, { times, incomplete }: Progress, answers: readonly ApiAnswer[]): Work | undefined => {
  const tracker = trackerOf(manager, key);
  let failed: ApiAnswer | undefined;
  for (const answer of answers) {
    if (answer.type === 'written') {
      const cached = objectAt(manager.informers, ENDPOINT_SLICES, `${splitKey(key).namespace}/${answer.name}`);
      // The event may have come before the answer; then there is nothing to wait for.
      if ((cached?.header.revision ?? 0) < answer.revision) tracker.revisions.set(answer.name, answer.revision);
    } else if (hasFailed(answer) && !isRefused(answer, 'NotFound')) failed = answer;
  }
  if (failed === undefined) {
    manager.memory.sliceTimes.set(key, times);
    return incomplete ? { writes: [], failed: true } : undefined;
  }
  const stored = objectAt(manager.informers, SERVICES, key);
  // A conflict is the cache's being late, no news for anybody.
  if (stored === undefined || isRefused(failed, 'Conflict')) return { writes: [], failed: true };
  const { namespace, name, uid, revision } = stored.header;
  const about = { kind: 'Service', namespace, name, uid, apiVersion: 'v1', resourceVersion: String(revision) };
  return {
    writes: [],
    failed: true,
    events: [{ about, type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message: `Error updating Endpoint Slices for Service ${namespace}/${name}: ${failureText(failed)}` }],
  };
};

const writesOf = (service: Service, { create, update, remove }: SliceChanges, changed: string | undefined): readonly ApiRequest[] => {
  const namespace = service.metadata.namespace ?? '';
  return [
    ...create.map((value) => brief(createRequest(CLIENT, RESOURCE, namespace, annotated(value, changed)))),
    ...update.map(({ slice, value }) => brief(updateRequest(CLIENT, slice.header, annotated(value, changed)))),
    ...remove.map(deletion),
  ];
};

const deletion = ({ header }: Stored<EndpointSlice>): ApiRequest => deleteRequest(CLIENT, RESOURCE, header.namespace, header.name);

/** Without a change that can be dated the annotation goes: nobody may measure from an old one. */
const annotated = (slice: EndpointSlice, changed: string | undefined): EndpointSlice => {
  const { annotations, ...metadata } = slice.metadata;
  if (changed !== undefined) return Object.assign({}, slice, { metadata: Object.assign({}, metadata, { annotations: Object.assign({}, annotations, { [LAST_CHANGE]: changed }) }) });
  if (annotations?.[LAST_CHANGE] === undefined) return slice;
  const { [LAST_CHANGE]: _dropped, ...rest } = annotations;
  return Object.assign({}, slice, { metadata: Object.keys(rest).length === 0 ? metadata : Object.assign({}, metadata, { annotations: rest }) });
};

const isManaged = ({ header }: Stored<EndpointSlice>): boolean => header.labels?.[MANAGED_BY] === MANAGER;

const trackerOf = ({ memory }: ControllerManager, key: string): SliceTracker => {
  const known = memory.sliceTrackers.get(key);
  if (known !== undefined) return known;
  const fresh: SliceTracker = { revisions: new Map(), waiting: false };
  memory.sliceTrackers.set(key, fresh);
  return fresh;
};

const isBehind = ({ revisions }: SliceTracker, existing: readonly Stored<EndpointSlice>[]): boolean => {
  if (revisions.size === 0) return false;
  for (const { header } of existing) if (header.revision >= (revisions.get(header.name) ?? Number.POSITIVE_INFINITY)) revisions.delete(header.name);
  return revisions.size > 0;
};

const sliceChanged = (manager: ControllerManager, former: Stored<EndpointSlice> | undefined, current: Stored<EndpointSlice> | undefined): void => {
  const slice = current ?? former;
  const service = slice?.header.labels?.['kubernetes.io/service-name'];
  if (slice === undefined || service === undefined || !isManaged(slice)) return;
  const key = `${slice.header.namespace}/${service}`;
  const tracker = manager.memory.sliceTrackers.get(key);
  const written = tracker?.revisions.get(slice.header.name);
  if (current === undefined || (written !== undefined && slice.header.revision >= written)) tracker?.revisions.delete(slice.header.name);
  // Somebody else's change is undone; one that was awaited lets the service go on.
  const foreign = current === undefined || (written !== undefined && slice.header.revision > written);
  if (foreign || tracker?.waiting === true) {
    if (tracker !== undefined) tracker.waiting = false;
    enqueue(manager, NAME, key);
  }
};
