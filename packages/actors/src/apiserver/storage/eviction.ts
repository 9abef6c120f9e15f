import type { ActorContext } from '@naumachia/core';
import type { Eviction, Pod, PodCondition, PodDisruptionBudget } from '../../api/generated/types.js';
import { matches, selectorOf } from '../../api/label-selector.js';
import type { CreateRequest, DeleteOptions, Stored } from '../../api/requests.js';
import { badRequest, tooManyRequests } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { headerOf } from '../object-header.js';
import { type Kind, keyOf } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { resourceCache, sortedObjects } from '../watch-cache.js';
import { created } from './binding.js';
import { planDelete, preconditionOf } from './delete.js';
import { answer, type Plan, refusal } from './plan.js';

/**
 * POST pods/NAME/eviction: a deletion that budgets may forbid. What evicts a pod says so in its status first, by a write of its own.
 * As of now a budget is read and not counted down: the disruption controller that would count it up again is not built.
 */
export const planEviction = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest, stored: Stored): Plan => {
  const eviction = request.object as unknown as Eviction;
  const name = request.name ?? '';
  if ((eviction.metadata?.name ?? '') !== name) return refusal(badRequest('name in URL does not match name in Eviction object'));
  const pod = stored.value as Pod;
  if (!isBeyondBudgets(pod)) {
    const budget = budgetOf(state, pod);
    if (budget !== undefined && (budget.status?.disruptionsAllowed ?? 0) <= 0) {
      return refusal(tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
        { reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} needs ${budget.status?.desiredHealthy ?? 0} healthy pods and has ${budget.status?.currentHealthy ?? 0} currently` },
      ]));
    }
  }
  const options = (eviction.deleteOptions ?? {}) as DeleteOptions;
  const dryRun = request.dryRun === true || (eviction.deleteOptions?.dryRun?.length ?? 0) > 0;
  const conditions = pod.status?.conditions ?? [];
  const former = conditions.find(({ type }) => type === 'DisruptionTarget');
  if (!dryRun && (former?.status !== 'True' || former.reason !== EVICTING.reason)) {
    const refused = preconditionOf(kind, name, options, stored);
    if (refused !== undefined) return refusal(refused);
    const condition = { ...EVICTING, lastProbeTime: null, lastTransitionTime: former?.status === 'True' ? former.lastTransitionTime : formatTime(context.now) } as unknown as PodCondition;
    const evicting: Pod = { ...pod, status: { ...pod.status, conditions: former === undefined ? [...conditions, condition] : conditions.map((other) => (other === former ? condition : other)) } };
    return { type: 'put', key: keyOf(kind, request.namespace, name), expected: stored.header.revision, header: headerOf(kind, evicting, 'updated'), value: evicting, lease: 0, code: 201, warnings: undefined, tell: 'evicting' };
  }
  return granted(planDelete(state, context, kind, { type: 'delete', user: request.user, resource: 'pods', namespace: request.namespace, name, options, dryRun }, stored));
};

const EVICTING = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' } as const;

/** Once the pod says that it is evicted, its deletion: it may ask for the revision that it had before. */
export const planEvicted = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest, evicting: Stored): Plan => {
  const { deleteOptions, ...eviction } = request.object as unknown as Eviction;
  const { preconditions } = deleteOptions ?? {};
  if (preconditions?.resourceVersion === undefined) return planEviction(state, context, kind, request, evicting);
  const object = { ...eviction, deleteOptions: { ...deleteOptions, preconditions: { ...preconditions, resourceVersion: String(evicting.header.revision) } } };
  return planEviction(state, context, kind, Object.assign({}, request, { object }), evicting);
};

/** Has caused its disruption already, or not yet run (canIgnorePDB). */
const isBeyondBudgets = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || status?.phase === 'Pending' || status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Whatever the deletion comes to, an eviction that is granted is answered with 201 and no object (EvictionREST.Create). */
const granted = (plan: Plan): Plan => {
  switch (plan.type) {
    case 'answer':
      return plan.reply.type === 'status' && plan.reply.status.status === 'Failure' ? plan : answer({ type: 'status', status: created });
    case 'put':
      return { ...plan, tell: 'success' };
    case 'delete':
      return { ...plan, answer: { answer: 'created' } };
    case 'then':
      return { ...plan, remove: { answer: 'created' } };
    case 'transaction':
      return plan;
  }
};

const budgetOf = (state: ApiServerState, pod: Pod): PodDisruptionBudget | undefined => {
  for (const stored of sortedObjects(resourceCache(state.cache, 'poddisruptionbudgets.policy'), pod.metadata.namespace ?? '')) {
    const budget = stored.value as PodDisruptionBudget;
    if (matches(selectorOf(budget.spec?.selector), pod.metadata.labels)) return budget;
  }
  return undefined;
};
