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
  const keeps = phase === 'Running' ? isCgroups : isMemory;
  const { requests, limits } = resources;
  if (isOnly(requests, keeps) && (phase === 'Running' ? isOnly(limits, keeps) : limits === undefined)) return resources;
  const left: { -readonly [K in keyof ResourceRequirements]: ResourceRequirements[K] } = {};
  const asked = only(requests, keeps);
  const limited = phase === 'Running' ? only(limits, keeps) : undefined;
  if (asked !== undefined) left.requests = asked;
  if (limited !== undefined) left.limits = limited;
  return left;
};

const isMemory = (name: string): boolean => name === 'memory';
const isCgroups = (name: string): boolean => name === 'cpu' || name === 'memory';

const isOnly = (amounts: ResourceList | undefined, keeps: (name: string) => boolean): boolean => {
  for (const name in amounts) if (!keeps(name)) return false;
  return true;
};

const only = (amounts: ResourceList | undefined, keeps: (name: string) => boolean): ResourceList | undefined => {
  const kept = Object.entries(amounts ?? {}).filter(([name]) => keeps(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
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
