import type { PodSpec, PriorityClass } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { forbiddenRequest } from '../../api/status.js';
import { remembered } from '../remembered.js';
import type { AdmissionContext, AdmissionPlugin } from './plugin.js';

/** The value and the policy of a pod that names no class where no class is the default. */
const DEFAULT_PRIORITY = 0;
const DEFAULT_POLICY = 'PreemptLowerPriority';

/** Turns priorityClassName into priority and preemptionPolicy (plugin/priority). */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  admit: ({ operation, kind, subresource, name, old }, object, context) => {
    if (kind.resource !== 'pods' || subresource !== '') return object;
    const spec = object.spec as PodSpec;
    // Whoever sends a pod again as it was first written means to leave them as they are.
    if (operation === 'update') return withThoseOf(object, spec, old?.spec as PodSpec | undefined);
    if (operation !== 'create') return object;
    const named = spec.priorityClassName ?? '';
    const found = named === '' ? defaultClass(context) : (context.find('priorityclasses.scheduling.k8s.io', '', named)?.value as PriorityClass | undefined);
    if (found === undefined && named !== '') return forbiddenRequest('pods', name, `no PriorityClass with name ${named} was found`);
    const value = found?.value ?? DEFAULT_PRIORITY;
    const policy = found?.preemptionPolicy ?? DEFAULT_POLICY;
    if (spec.priority !== undefined && spec.priority !== value) {
      return forbiddenRequest('pods', name, `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`);
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      return forbiddenRequest('pods', name, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`);
    }
    if (found === undefined) return Object.assign({}, object, { spec: withoutClass(spec) });
    return Object.assign({}, object, { spec: Object.assign({}, spec, { priorityClassName: found.metadata.name, priority: value, preemptionPolicy: policy }) });
  },
};

const withThoseOf = (object: KubernetesObject, spec: PodSpec, old: PodSpec | undefined): KubernetesObject => {
  const priority = spec.priority ?? old?.priority;
  const preemptionPolicy = spec.preemptionPolicy ?? old?.preemptionPolicy;
  if (priority === spec.priority && preemptionPolicy === spec.preemptionPolicy) return object;
  return Object.assign({}, object, { spec: Object.assign({}, spec, priority !== undefined && { priority }, preemptionPolicy !== undefined && { preemptionPolicy }) });
};

const withoutClass = remembered((spec: PodSpec): PodSpec => (spec.priority === DEFAULT_PRIORITY && spec.preemptionPolicy === DEFAULT_POLICY ? spec : Object.assign({}, spec, { priority: DEFAULT_PRIORITY, preemptionPolicy: DEFAULT_POLICY })));

const defaults = new WeakMap<AdmissionContext, { readonly changedAt: number; readonly found: PriorityClass | undefined }>();

const defaultClass = (context: AdmissionContext): PriorityClass | undefined => {
  const changedAt = context.changedAt('priorityclasses.scheduling.k8s.io');
  let known = defaults.get(context);
  if (known === undefined || known.changedAt !== changedAt) {
    known = { changedAt, found: findDefaultClass(context) };
    defaults.set(context, known);
  }
  return known.found;
};

/** The class that is marked as default, the lowest of several. */
const findDefaultClass = (context: AdmissionContext): PriorityClass | undefined => {
  let lowest: PriorityClass | undefined;
  for (const stored of context.all('priorityclasses.scheduling.k8s.io', '')) {
    const candidate = stored.value as PriorityClass;
    if (candidate.globalDefault === true && (lowest === undefined || candidate.value < lowest.value)) lowest = candidate;
  }
  return lowest;
};
