import type { Container, PodSpec } from '../../api/generated/types.js';
import { compareQuantities, quantity } from '../../api/quantity.js';
import { remembered } from './fill.js';

export type QualityOfService = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COMPUTE = ['cpu', 'memory'] as const;

/** status.qosClass (pkg/apis/core/helper/qos): Guaranteed if every container asks for exactly its limits of CPU and memory. */
export const qualityOfService = (spec: PodSpec): QualityOfService => classOf(spec).name;

const classOf = remembered((spec: PodSpec): { readonly name: QualityOfService } => ({ name: computeClass(spec) }));

const isPositive = (text: string | undefined): text is string => text !== undefined && quantity(text).nano > 0n;

const computeClass = (spec: PodSpec): QualityOfService => {
  const containers: readonly Pick<Container, 'resources'>[] = spec.resources?.requests !== undefined || spec.resources?.limits !== undefined ? [{ resources: spec.resources }] : [...spec.containers, ...(spec.initContainers ?? [])];
  let asks = false;
  let guaranteed = true;
  for (const { resources } of containers) {
    for (const name of COMPUTE) {
      const request = resources?.requests?.[name];
      const limit = resources?.limits?.[name];
      if (isPositive(request) || isPositive(limit)) asks = true;
      if (!isPositive(limit) || request === undefined || compareQuantities(request, limit) !== 0) guaranteed = false;
    }
  }
  if (!asks) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
};
