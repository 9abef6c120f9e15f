import type { Container, Pod } from '../../api/generated/types.js';
import { quantity } from '../../api/quantity.js';

/** What a pod asks of a node. CPU in thousandths, the rest in whole units. */
export interface PodResources {
  readonly milliCPU: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** What scoring counts: containers without a request stand for 100m and 200 MiB (util/pod_resources.go). */
  readonly nonZeroMilliCPU: number;
  readonly nonZeroMemory: number;
  /** The same of a pod that is being scored; there 1.36 does not look at pod-level requests (noderesources/fit.go). */
  readonly scoredMilliCPU: number;
  readonly scoredMemory: number;
  /** Extended resources and huge pages, by name. */
  readonly scalars: readonly ScalarRequest[];
}

export interface ScalarRequest {
  readonly name: string;
  readonly value: number;
}

const NO_SCALARS: readonly ScalarRequest[] = [];

/** Amounts under way of being added up. `cpu` in thousandths; undefined means that nobody named the resource. */
interface Sum {
  cpu: number | undefined;
  memory: number | undefined;
  ephemeralStorage: number;
  scalars: Map<string, number> | undefined;
}

type Requests = Readonly<Record<string, string>>;

const emptySum = (): Sum => ({ cpu: undefined, memory: undefined, ephemeralStorage: 0, scalars: undefined });

const add = (sum: Sum, requests: Requests | undefined): void => {
  for (const name in requests) {
    const text = requests[name] as string;
    if (name === 'cpu') sum.cpu = (sum.cpu ?? 0) + quantity(text).milliValue;
    else if (name === 'memory') sum.memory = (sum.memory ?? 0) + quantity(text).value;
    else if (name === 'ephemeral-storage') sum.ephemeralStorage += quantity(text).value;
    else if (name !== 'pods') {
      sum.scalars ??= new Map();
      sum.scalars.set(name, (sum.scalars.get(name) ?? 0) + quantity(text).value);
    }
  }
};

const addSum = (sum: Sum, other: Sum): void => {
  if (other.cpu !== undefined) sum.cpu = (sum.cpu ?? 0) + other.cpu;
  if (other.memory !== undefined) sum.memory = (sum.memory ?? 0) + other.memory;
  sum.ephemeralStorage += other.ephemeralStorage;
  for (const [name, value] of other.scalars ?? []) {
    sum.scalars ??= new Map();
    sum.scalars.set(name, (sum.scalars.get(name) ?? 0) + value);
  }
};

const raise = (sum: Sum, other: Sum): void => {
  if (other.cpu !== undefined) sum.cpu = Math.max(sum.cpu ?? 0, other.cpu);
  if (other.memory !== undefined) sum.memory = Math.max(sum.memory ?? 0, other.memory);
  sum.ephemeralStorage = Math.max(sum.ephemeralStorage, other.ephemeralStorage);
  for (const [name, value] of other.scalars ?? []) {
    sum.scalars ??= new Map();
    sum.scalars.set(name, Math.max(sum.scalars.get(name) ?? 0, value));
  }
};

/** Defaults for containers that name no CPU or memory; undefined where none applies. */
interface Missing {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

const DEFAULTS: Missing = { cpu: 100, memory: 200 * 1024 * 1024 };

const requestsOf = (container: Container, pod: Pod, missing: Missing | undefined): Sum => {
  const sum = emptySum();
  add(sum, container.resources?.requests);
  resize(sum, container, pod);
  if (missing) {
    sum.cpu ??= missing.cpu;
    sum.memory ??= missing.memory;
  }
  return sum;
};

/** A container whose resize is under way counts with the larger of the wanted and the actual (in-place resize, GA in 1.35). */
const resize = (sum: Sum, container: Container, pod: Pod): void => {
  const statuses = container.restartPolicy === 'Always' ? pod.status?.initContainerStatuses : pod.status?.containerStatuses;
  const status = statuses?.find((one) => one.name === container.name);
  if (!status?.resources) return;
  for (const requests of [status.resources.requests, status.allocatedResources]) {
    if (!requests) continue;
    const actual = emptySum();
    add(actual, requests);
    raise(sum, actual);
  }
};

/** k8s.io/component-helpers/resource `PodRequests`: containers and sidecars add up, init containers run one after another. */
const podRequests = (pod: Pod, missing: Missing | undefined, podLevel: Requests | undefined): Sum => {
  const { spec } = pod;
  const sum = emptySum();
  for (const container of spec.containers) addSum(sum, requestsOf(container, pod, missing));
  if (spec.initContainers?.length) {
    const sidecars = emptySum();
    const highest = emptySum();
    for (const container of spec.initContainers) {
      const requests = requestsOf(container, pod, missing);
      if (container.restartPolicy === 'Always') {
        addSum(sum, requests);
        addSum(sidecars, requests);
        raise(highest, sidecars);
      } else {
        addSum(requests, sidecars);
        raise(highest, requests);
      }
    }
    raise(sum, highest);
  }
  for (const name in podLevel) {
    const text = podLevel[name] as string;
    if (name === 'cpu') sum.cpu = quantity(text).milliValue;
    else if (name === 'memory') sum.memory = quantity(text).value;
    else if (name.startsWith('hugepages-')) (sum.scalars ??= new Map()).set(name, quantity(text).value);
  }
  add(sum, spec.overhead);
  return sum;
};

/** Reads once what the plugins need again and again (framework/types.go `calculateResource`). */
export const podResources = (pod: Pod): PodResources => {
  const { spec } = pod;
  const podLevel = spec.resources?.requests;
  const sum = podRequests(pod, undefined, podLevel);
  const nonZero = namesAll(pod) ? sum : podRequests(pod, missingOf(sum, podLevel), podLevel);
  const scored = podLevel ? podRequests(pod, DEFAULTS, undefined) : nonZero;
  return {
    milliCPU: sum.cpu ?? 0,
    memory: sum.memory ?? 0,
    ephemeralStorage: sum.ephemeralStorage,
    nonZeroMilliCPU: nonZero.cpu ?? 0,
    nonZeroMemory: nonZero.memory ?? 0,
    scoredMilliCPU: scored.cpu ?? 0,
    scoredMemory: scored.memory ?? 0,
    scalars: sum.scalars ? [...sum.scalars].map(([name, value]) => ({ name, value })) : NO_SCALARS,
  };
};

/** A pod with requests of its own takes the defaults only for what neither it nor a container names. */
const missingOf = (sum: Sum, podLevel: Requests | undefined): Missing => {
  if (!podLevel || !Object.keys(podLevel).some(isPodLevel)) return DEFAULTS;
  return { cpu: sum.cpu === undefined ? DEFAULTS.cpu : undefined, memory: sum.memory === undefined ? DEFAULTS.memory : undefined };
};

const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

/** Whether no default applies: every container names CPU and memory. */
const namesAll = ({ spec }: Pod): boolean => spec.containers.every(names) && (spec.initContainers?.every(names) ?? true);

const names = ({ resources }: Container): boolean => resources?.requests?.['cpu'] !== undefined && resources.requests['memory'] !== undefined;
