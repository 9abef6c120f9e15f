import type { PodSpec, ResourceRequirements } from '../api/generated/types.js';
import { addQuantities, compareQuantities, quantity } from '../api/quantity.js';

type ResourceList = Readonly<Record<string, string>>;

/**
 * What all containers of a pod ask for together (component-helpers/resource PodRequests, PodLimits): the sum of the containers, or
 * the largest init container where that is more, plus the pod's overhead.
 */
export const podResources = (spec: PodSpec): ResourceRequirements => {
  const only = spec.containers.length === 1 && spec.initContainers === undefined && spec.overhead === undefined ? spec.containers[0] : undefined;
  if (only !== undefined) return withoutClaims(only.resources);
  const requests = total(spec, (resources) => resources.requests);
  const limits = total(spec, (resources) => resources.limits);
  return { ...(limits && { limits }), ...(requests && { requests }) };
};

const withoutClaims = (resources: ResourceRequirements | undefined): ResourceRequirements => {
  if (resources === undefined) return EMPTY;
  if (resources.claims === undefined) return resources;
  const { claims: _, ...rest } = resources;
  return rest;
};

const EMPTY: ResourceRequirements = {};

const total = (spec: PodSpec, of: (resources: ResourceRequirements) => ResourceList | undefined): ResourceList | undefined => {
  const sum: Record<string, string> = {};
  const add = (amounts: ResourceList | undefined): void => {
    for (const name in amounts) {
      const amount = amounts[name] as string;
      const before = sum[name];
      sum[name] = before === undefined ? amount : addQuantities(quantity(before), quantity(amount)).text;
    }
  };
  for (const container of spec.containers) add(container.resources && of(container.resources));
  for (const container of spec.initContainers ?? []) if (container.restartPolicy === 'Always') add(container.resources && of(container.resources));
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always' || container.resources === undefined) continue;
    const amounts = of(container.resources);
    for (const name in amounts) {
      const amount = amounts[name] as string;
      const before = sum[name];
      if (before === undefined || compareQuantities(before, amount) < 0) sum[name] = amount;
    }
  }
  if (Object.keys(sum).length === 0) return undefined;
  add(spec.overhead);
  return sum;
};
