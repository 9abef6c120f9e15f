import type { Instant } from '@naumachia/core';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from '../api/generated/types.js';
import { goQuote } from '../api/go-text.js';
import { formatTime } from '../api/time-format.js';

/** The conditions that belong to the kubelet (types/pod_status.go PodConditionByKubelet), in the order in which it writes them. */
export const KUBELET_CONDITIONS: ReadonlySet<string> = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: string;
  readonly former: PodStatus;
  readonly init: readonly ContainerStatus[] | undefined;
  readonly statuses: readonly ContainerStatus[];
  readonly sandboxReady: boolean;
  readonly now: Instant;
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

const TRUE: Verdict = { status: 'True' };
const FALSE: Verdict = { status: 'False' };
const POD_FAILED: Verdict = { status: 'False', reason: 'PodFailed' };
const POD_COMPLETED: Verdict = { status: 'False', reason: 'PodCompleted' };

/** All five, as pkg/kubelet/status/generate.go; unchanged ones are the same objects as in the former status. */
export const podConditions = (input: ConditionInput): readonly PodCondition[] => {
  const { pod, former, now } = input;
  const generation = pod.metadata.generation;
  const containersReady = containersReadyVerdict(input);
  const before = former.conditions;
  return [
    condition('PodReadyToStartContainers', input.sandboxReady ? TRUE : FALSE, before, generation, now),
    condition('Initialized', initializedVerdict(input), before, generation, now),
    condition('Ready', containersReady.status === 'True' ? gatesVerdict(pod) : containersReady, before, generation, now),
    condition('ContainersReady', containersReady, before, generation, now),
    condition('PodScheduled', TRUE, before, generation, now),
  ];
};

interface WholeCondition {
  type: string;
  observedGeneration?: number;
  status: string;
  lastProbeTime: null;
  lastTransitionTime: string;
  reason?: string;
  message?: string;
}

const condition = (type: string, { status, reason, message }: Verdict, before: readonly PodCondition[] | undefined, generation: number | undefined, now: Instant): PodCondition => {
  const former = conditionOf(before, type);
  if (former && former.status === status && former.reason === reason && former.message === message && former.observedGeneration === generation) return former;
  const fresh: WholeCondition = generation === undefined ? { type, status, lastProbeTime: null, lastTransitionTime: '' } : { type, observedGeneration: generation, status, lastProbeTime: null, lastTransitionTime: '' };
  fresh.lastTransitionTime = former?.status === status && former.lastTransitionTime !== undefined ? former.lastTransitionTime : formatTime(now);
  if (reason !== undefined) fresh.reason = reason;
  if (message !== undefined) fresh.message = message;
  // The API shows a time that was never set as null.
  return fresh as unknown as PodCondition;
};

export const conditionOf = (conditions: readonly PodCondition[] | undefined, type: string): PodCondition | undefined => {
  if (conditions) for (const candidate of conditions) if (candidate.type === type) return candidate;
  return undefined;
};

const statusOf = (statuses: readonly ContainerStatus[] | undefined, container: Container): ContainerStatus | undefined => {
  if (statuses) for (const status of statuses) if (status.name === container.name) return status;
  return undefined;
};

const initializedVerdict = ({ pod, phase, init, statuses }: ConditionInput): Verdict => {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (pod.spec.initContainers === undefined) return TRUE;
  if (statuses.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated)) return TRUE;
  // A sidecar need not be ready for the next one to begin, only started.
  const incomplete = pod.spec.initContainers
    .filter((container) => (container.restartPolicy === 'Always' ? statusOf(init, container)?.started : statusOf(init, container)?.ready) !== true)
    .map((container) => container.name);
  return incomplete.length === 0 ? TRUE : { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
};

const containersReadyVerdict = ({ pod, phase, init, statuses }: ConditionInput): Verdict => {
  if (phase === 'Succeeded') return POD_COMPLETED;
  if (phase === 'Failed') return POD_FAILED;
  let unready = '';
  for (const container of pod.spec.initContainers ?? NONE) {
    if (container.restartPolicy === 'Always' && statusOf(init, container)?.ready !== true) unready += unready === '' ? container.name : ` ${container.name}`;
  }
  for (const container of pod.spec.containers) {
    if (statusOf(statuses, container)?.ready !== true) unready += unready === '' ? container.name : ` ${container.name}`;
  }
  return unready === '' ? TRUE : notReady(unready);
};

const NONE: readonly Container[] = [];

/** Waiting pods of one template all say the same. */
let lastUnready = '';
let lastVerdict: Verdict = TRUE;
const notReady = (names: string): Verdict => {
  if (names !== lastUnready) {
    lastUnready = names;
    lastVerdict = { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${names}]` };
  }
  return lastVerdict;
};

const gatesVerdict = (pod: Pod): Verdict => {
  const gates = pod.spec.readinessGates;
  if (gates === undefined || gates.length === 0) return TRUE;
  const messages: string[] = [];
  for (const { conditionType } of gates) {
    const found = conditionOf(pod.status?.conditions, conditionType);
    if (found === undefined) messages.push(`corresponding condition of pod readiness gate ${goQuote(conditionType)} does not exist.`);
    else if (found.status !== 'True') messages.push(`the status of pod readiness gate ${goQuote(conditionType)} is not "True", but ${found.status}`);
  }
  return messages.length === 0 ? TRUE : { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
};
