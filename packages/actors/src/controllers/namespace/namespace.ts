import { between, type Instant, seconds } from '@naumachia/core';
import type { Namespace, Pod } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Stored } from '../../api/requests.js';
import { type ApiResource, apiResources } from '../../api/resources.js';
import { objectAt } from '../../machinery/informer.js';
import { enqueueAfter, type Work } from '../../machinery/reconciler.js';
import { failureText, hasFailed, isRefused, listRequest, objectOf, serviceAccountClient, updateSubresourceRequest } from '../../machinery/requests.js';
import { instantOfTime } from '../../api/time-format.js';
import { NAMESPACES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { deletionConditions, nothingRemains, type Remaining } from './deletion-conditions.js';

const NAME = 'namespace-controller';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
/** namespaceDeletionGracePeriod: time for admission everywhere to have heard that nothing may be created any more. */
const GRACE = seconds(5);
/** finalizerEstimateSeconds. */
const FINALIZER_ESTIMATE = 15;

type Progress =
  | { readonly stage: 'deleted'; readonly what: 'pods' | 'all' }
  | { readonly stage: 'listed'; readonly what: 'pods' | 'all'; readonly errors: readonly string[] }
  | { readonly stage: 'status-written'; readonly remaining: Remaining; readonly estimate: number };

/** Empties a namespace that is being deleted, pods first, and lets it go (pkg/controller/namespace/deletion). */
export const namespaceController: ManagedController = {
  name: NAME,
  workers: 10,
  reconcile: (manager, key) => {
    const stored = objectAt(manager.informers, NAMESPACES, key);
    if (stored === undefined || stored.value.metadata.deletionTimestamp === undefined || (stored.value.spec?.finalizers ?? []).length === 0) return undefined;
    return deleteAll(key, 'pods');
  },
  proceed: (manager, key, next, answers, now) => proceed(manager, key, next as Progress, answers, now),
  watches: {
    namespaces: (manager, _former, current, context) => {
      if (current?.value.metadata.deletionTimestamp !== undefined) enqueueAfter(manager, NAME, current.header.name, GRACE, context);
    },
  },
};

/** Kinds whose objects can be deleted together; one entry per kind, in its stored version. */
const contents = (): readonly ApiResource[] =>
  apiResources().filter(({ namespaced, verbs, apiVersion, storedApiVersion, groupResource, storedResource }) =>
    namespaced && apiVersion === storedApiVersion && groupResource === storedResource && verbs.includes('deletecollection') && verbs.includes('list'));

const resourcesOf = (what: 'pods' | 'all'): readonly ApiResource[] => contents().filter(({ groupResource }) => what === 'all' || groupResource === 'pods');

/** Pods go before what they may need to end in good order (OrderedNamespaceDeletion). */
const deleteAll = (namespace: string, what: 'pods' | 'all'): Work => ({
  writes: resourcesOf(what).map(({ groupResource }): ApiRequest => ({ type: 'deletecollection', user: CLIENT.user, resource: groupResource, namespace, options: { propagationPolicy: 'Background' } })),
  next: { stage: 'deleted', what } satisfies Progress,
});

const proceed = (manager: ControllerManager, key: string, next: Progress, answers: readonly ApiAnswer[], now: Instant): Work | undefined => {
  const stored = objectAt(manager.informers, NAMESPACES, key);
  if (stored === undefined) return undefined;
  switch (next.stage) {
    case 'deleted': {
      const errors = answers.filter(hasFailed).map(failureText);
      return { writes: resourcesOf(next.what).map(({ groupResource }) => listRequest(CLIENT, groupResource, {}, key)), next: { stage: 'listed', what: next.what, errors } satisfies Progress };
    }
    case 'listed': {
      const { remaining, estimate } = take(stored, next.what, next.errors, answers, now);
      if (nothingRemains(remaining) && next.what === 'pods') return deleteAll(key, 'all');
      return writeStatus(stored, remaining, estimate, now);
    }
    case 'status-written': {
      const written = objectOf(answers[0] as ApiAnswer) as Stored<Namespace> | undefined;
      if (written === undefined) return isRefused(answers[0] as ApiAnswer, 'NotFound') ? undefined : { writes: [], failed: true };
      return afterStatus(written, next.remaining, next.estimate);
    }
  }
};

/** What the lists show to be left, and how many seconds that may take to go. */
const take = (namespace: Stored<Namespace>, what: 'pods' | 'all', errors: readonly string[], answers: readonly ApiAnswer[], now: Instant): { readonly remaining: Remaining; readonly estimate: number } => {
  const resources = resourcesOf(what);
  const byResource = new Map<string, number>();
  const byFinalizer = new Map<string, number>();
  const failures = [...errors];
  let longest = 0;
  answers.forEach((answer, i) => {
    const resource = resources[i];
    if (resource === undefined || answer.type !== 'list') {
      if (!isRefused(answer, 'NotFound')) failures.push(failureText(answer));
      return;
    }
    if (answer.items.length === 0) return;
    let finalizers = 0;
    for (const item of answer.items) {
      for (const finalizer of item.value.metadata.finalizers ?? []) {
        byFinalizer.set(finalizer, (byFinalizer.get(finalizer) ?? 0) + 1);
        finalizers++;
      }
    }
    const estimate = resource.groupResource === 'pods' ? gracefulSeconds(namespace, answer.items, now) : 0;
    longest = Math.max(longest, estimate, finalizers > 0 ? FINALIZER_ESTIMATE : 0);
    if (estimate > 0 || finalizers > 0) byResource.set(`${resource.resource}.${resource.group}`, answer.items.length);
    else failures.push(`unexpected items still remain in namespace: ${namespace.header.name} for gvr: ${resource.group}/${resource.version}, Resource=${resource.resource}`);
  });
  return { remaining: { byResource, byFinalizer, errors: failures }, estimate: longest };
};

/** The longest grace period of the pods, less what has passed since the namespace was deleted. */
const gracefulSeconds = (namespace: Stored<Namespace>, pods: readonly Stored<KubernetesObject>[], now: Instant): number => {
  let longest = 0;
  for (const pod of pods as readonly Stored<Pod>[]) {
    const { phase } = pod.value.status ?? {};
    if (phase !== 'Succeeded' && phase !== 'Failed') longest = Math.max(longest, pod.value.spec.terminationGracePeriodSeconds ?? 0);
  }
  const since = between(instantOfTime(namespace.value.metadata.deletionTimestamp ?? ''), now) / 1000;
  return Math.max(0, Math.ceil(longest - since));
};

const writeStatus = (stored: Stored<Namespace>, remaining: Remaining, estimate: number, now: Instant): Work | undefined => {
  const { value } = stored;
  const before = value.status?.conditions ?? [];
  const conditions = deletionConditions(before, remaining, now);
  if (conditions === before) return afterStatus(stored, remaining, estimate);
  const object: Namespace = Object.assign({}, value, { status: Object.assign({}, value.status, { conditions }) });
  return { writes: [updateSubresourceRequest(CLIENT, stored.header, 'status', object)], next: { stage: 'status-written', remaining, estimate } satisfies Progress };
};

/** Looks again while something is left; else takes the finalizer off, and the namespace is gone. */
const afterStatus = ({ header, value }: Stored<Namespace>, remaining: Remaining, estimate: number): Work | undefined => {
  if (remaining.errors.length > 0) return { writes: [], failed: true };
  if (!nothingRemains(remaining)) return { writes: [], requeueAfter: seconds(Math.floor(estimate / 2) + 1) };
  const finalizers = (value.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
  const object: Namespace = Object.assign({}, value, { spec: Object.assign({}, value.spec, { finalizers }) });
  return { writes: [updateSubresourceRequest(CLIENT, header, 'finalize', object)] };
};
