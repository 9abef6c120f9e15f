import type { Container, PodSpec, ResourceRequirements } from '../../api/generated/types.js';
import { compareQuantities, quantity } from '../../api/quantity.js';
import { remembered } from '../remembered.js';

export type QualityOfService = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COMPUTE = ['cpu', 'memory'] as const;

/** status.qosClass (pkg/apis/core/helper/qos): Guaranteed if every container asks for exactly its limits of CPU and memory. */
export const qualityOfService = (spec: PodSpec): QualityOfService => {
  const { resources } = spec;
  if (resources !== undefined && (resources.requests !== undefined || resources.limits !== undefined)) return nameOf(askOf(resources));
  let asks = false;
  let guaranteed = true;
  for (const list of [spec.containers, spec.initContainers]) {
    if (!Array.isArray(list)) continue;
    for (const container of list as readonly Container[]) {
      const ask = container.resources === undefined || container.resources === null ? NOTHING : askOf(container.resources);
      asks ||= ask.asks;
      guaranteed &&= ask.guaranteed;
    }
  }
  return nameOf({ asks, guaranteed });
};

interface Ask {
  readonly asks: boolean;
  readonly guaranteed: boolean;
}

const NOTHING: Ask = { asks: false, guaranteed: false };
const nameOf = ({ asks, guaranteed }: Ask): QualityOfService => (!asks ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable');
const isPositive = (text: string | undefined): text is string => text !== undefined && quantity(text).nano > 0n;

/** What one container asks for. Its resources are shared by all pods of a template. */
const askOf = remembered((resources: ResourceRequirements): Ask => {
  let asks = false;
  let guaranteed = true;
  for (const name of COMPUTE) {
    const request = resources.requests?.[name];
    const limit = resources.limits?.[name];
    if (isPositive(request) || isPositive(limit)) asks = true;
    if (!isPositive(limit) || request === undefined || compareQuantities(request, limit) !== 0) guaranteed = false;
  }
  return { asks, guaranteed };
});
