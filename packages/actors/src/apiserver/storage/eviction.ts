import type { ActorContext } from '@naumachia/core';
import type { Eviction, Pod, PodDisruptionBudget } from '../../api/generated/types.js';
import { matches, selectorOf } from '../../api/label-selector.js';
import type { CreateRequest, DeleteOptions, Stored } from '../../api/requests.js';
import { badRequest, tooManyRequests } from '../../api/status.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { resourceCache, sortedObjects } from '../watch-cache.js';
import { created } from './binding.js';
import { planDelete } from './delete.js';
import { answer, type Plan, refusal } from './plan.js';

/**
 * POST pods/NAME/eviction: a deletion that budgets may forbid. As of now a budget is read and not counted down: the disruption
 * controller that would count it up again is not built.
 */
export const planEviction = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest, stored: Stored): Plan => {
  const eviction = request.object as unknown as Eviction;
  const name = request.name ?? '';
  if ((eviction.metadata?.name ?? '') !== name) return refusal(badRequest('name in URL does not match name in Eviction object'));
  const pod = stored.value as Pod;
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (!ended && pod.metadata.deletionTimestamp === undefined) {
    const budget = budgetOf(state, pod);
    if (budget !== undefined && (budget.status?.disruptionsAllowed ?? 0) <= 0) {
      return refusal(tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
        { reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} needs ${budget.status?.desiredHealthy ?? 0} healthy pods and has ${budget.status?.currentHealthy ?? 0} currently` },
      ]));
    }
  }
  const options = (eviction.deleteOptions ?? {}) as DeleteOptions;
  return granted(planDelete(state, context, kind, { type: 'delete', user: request.user, resource: 'pods', namespace: request.namespace, name, options, ...(request.dryRun !== undefined && { dryRun: request.dryRun }) }, stored));
};

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
