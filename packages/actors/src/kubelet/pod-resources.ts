import type { PodSpec, PodStatus, ResourceRequirements } from '../api/generated/types.js';
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

/**
 * What a pod's status says of its resources (convertToAPIPodLevelResourcesStatus of kubelet_pods.go): all that it was admitted with until
 * its worker has seen it run. From then on CPU and memory as they were said before, as long as it runs; without a cgroup nothing else
 * is known, and after the end only what memory was asked for.
 */
export const statusResources = (spec: PodSpec, former: PodStatus, seenRunning: boolean): ResourceRequirements => {
  const { resources, phase } = former;
  if (!seenRunning) return resources ?? podResources(spec);
  if (resources === undefined) return EMPTY;
  const runs = phase === 'Running';
  const requests = only(resources.requests, runs ? CPU_AND_MEMORY : MEMORY);
  const limits = only(resources.limits, runs ? CPU_AND_MEMORY : NOTHING);
  if (requests === resources.requests && limits === resources.limits) return resources;
  return { ...(limits && { limits }), ...(requests && { requests }) };
};

const NOTHING: readonly string[] = [];
const MEMORY: readonly string[] = ['memory'];
const CPU_AND_MEMORY: readonly string[] = ['cpu', 'memory'];

/** The amounts of these names: the same list if there are no others. */
const only = (amounts: ResourceList | undefined, kept: readonly string[]): ResourceList | undefined => {
  const left = Object.entries(amounts ?? {}).filter(([name]) => kept.includes(name));
  if (left.length === 0) return undefined;
  return left.length === Object.keys(amounts ?? {}).length ? amounts : Object.fromEntries(left);
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
