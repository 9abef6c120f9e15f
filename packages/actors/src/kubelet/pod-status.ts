import type { Instant } from '@naumachia/core';
import type { Container, ContainerState, ContainerStatus, Pod, PodSpec, PodStatus, VolumeMountStatus } from '../api/generated/types.js';
import { formatTime } from '../api/time-format.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';
import { shouldStart } from './container-restart.js';
import { podConditions } from './pod-conditions.js';
import { statusResources } from './pod-resources.js';
import type { WaitingReasons } from './waiting-reasons.js';

/** What a pod's status follows from. */
export interface StatusInput {
  readonly pod: Pod;
  readonly sandbox: PodSandbox | undefined;
  /** The status that this kubelet generated last, else the pod's own. */
  readonly former: PodStatus;
  readonly waiting: WaitingReasons | undefined;
  /** Running containers whose readiness probe has not succeeded. */
  readonly unready: ReadonlySet<string> | undefined;
  /** Running containers whose startup probe has not succeeded. */
  readonly unstarted: ReadonlySet<string> | undefined;
  /** The API server showed it as running when its worker last took it up. */
  readonly seenRunning: boolean;
  /** Nothing of it will be started any more. */
  readonly terminal: boolean;
  /** Says that the pod is over: its deadline has passed. */
  readonly evicted: { readonly reason: string; readonly message: string } | undefined;
  readonly hostIP: string;
  readonly now: Instant;
}

/** The status as kubelet 1.36 generates it (generateAPIPodStatus). Parts that did not change are the same objects as before. */
export const generateStatus = (input: StatusInput): PodStatus => {
  const { pod, former, hostIP, now } = input;
  const { spec } = pod;
  const hasInit = spec.initContainers !== undefined && spec.initContainers.length > 0;
  const initContainerStatuses = hasInit ? containerStatuses(spec.initContainers ?? [], former.initContainerStatuses, true, input) : undefined;
  const statuses = containerStatuses(spec.containers, former.containerStatuses, false, input);
  let phase = podPhase(spec, initContainerStatuses, statuses, input.terminal);
  let { reason, message } = former;
  if (phase !== 'Failed' && phase !== 'Succeeded' && isTerminalPhase(former.phase)) phase = former.phase;
  if (input.evicted) {
    phase = 'Failed';
    ({ reason, message } = input.evicted);
  }
  const generation = pod.metadata.generation;
  const resources = statusResources(spec, former, input.seenRunning);
  const sandbox = input.sandbox;
  // The address appears with the first status after the sandbox was seen; host-network pods have the node's from the start.
  const podIP = spec.hostNetwork === true ? hostIP : sandbox !== undefined && sandbox.seen !== 'nothing' ? sandbox.ip : undefined;
  const status: { -readonly [K in keyof PodStatus]: PodStatus[K] } = {};
  if (generation !== undefined) status.observedGeneration = generation;
  status.phase = phase;
  status.conditions = podConditions({ pod, phase, former, init: initContainerStatuses, statuses, sandboxReady: sandbox !== undefined && sandbox.ready, now });
  if (message !== undefined) status.message = message;
  if (reason !== undefined) status.reason = reason;
  status.hostIP = hostIP;
  status.hostIPs = former.hostIPs ?? [{ ip: hostIP }];
  if (podIP !== undefined && podIP !== '') {
    status.podIP = podIP;
    status.podIPs = former.podIP === podIP && former.podIPs ? former.podIPs : [{ ip: podIP }];
  }
  status.startTime = former.startTime ?? formatTime(now);
  if (initContainerStatuses) status.initContainerStatuses = initContainerStatuses;
  status.containerStatuses = statuses;
  const allocated = former.allocatedResources ?? (input.seenRunning ? undefined : resources.requests);
  if (allocated !== undefined) status.allocatedResources = allocated;
  status.resources = resources;
  return status;
};

export const isTerminalPhase = (phase: string | undefined): phase is 'Failed' | 'Succeeded' => phase === 'Failed' || phase === 'Succeeded';

const NOTHING: ContainerState = {};
const CONTAINER_CREATING: ContainerState = { waiting: { reason: 'ContainerCreating' } };
const POD_INITIALIZING: ContainerState = { waiting: { reason: 'PodInitializing' } };

/** What became of a container that ran when this kubelet last said something, and that its runtime does not know. */
const LOST = {
  terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was deleted.  The container used to be Running', startedAt: null, finishedAt: null },
} as unknown as ContainerState;

const containerStatuses = (containers: readonly Container[], former: readonly ContainerStatus[] | undefined, init: boolean, input: StatusInput): readonly ContainerStatus[] => {
  const statuses: ContainerStatus[] = [];
  let unchanged = former !== undefined && former.length === containers.length;
  // The API shows containers by name, init containers in their order (SortedContainerStatuses).
  const ordered = init || containers.length < 2 ? containers : [...containers].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const container of ordered) {
    const before = former?.find((status) => status.name === container.name);
    const status = containerStatus(container, before, init, input);
    statuses.push(status);
    if (status !== before) unchanged = false;
  }
  return unchanged && former ? former : statuses;
};

const containerStatus = (container: Container, before: ContainerStatus | undefined, init: boolean, input: StatusInput): ContainerStatus => {
  const { pod, sandbox } = input;
  let latest: RuntimeContainer | undefined;
  let previous: RuntimeContainer | undefined;
  if (sandbox) {
    for (let at = sandbox.containers.length - 1; at >= 0; at--) {
      const candidate = sandbox.containers[at] as RuntimeContainer;
      if (candidate.name !== container.name) continue;
      if (latest === undefined) latest = candidate;
      else {
        previous = candidate;
        break;
      }
    }
  }
  const isLost = latest === undefined && before?.state?.running !== undefined;
  let state = latest ? runtimeState(latest, before) : before?.state?.terminated ? before.state : pod.spec.initContainers?.length ? POD_INITIALIZING : CONTAINER_CREATING;
  let lastState = previous ? runtimeState(previous, undefined) : isLost ? LOST : (before?.lastState ?? NOTHING);
  const waiting = input.waiting?.[container.name];
  // A container that is to be started again, and failed to, waits; what it was is then its last state.
  if (waiting && shouldStart(pod, container, latest) && !(init && latest?.state === 'exited' && latest.exitCode === 0)) {
    if (state.terminated) lastState = state;
    state = { waiting: waiting.message === '' ? { reason: waiting.reason } : { reason: waiting.reason, message: waiting.message } };
  }
  const started = state.running !== undefined && input.unstarted?.has(container.name) !== true;
  const ready = init && container.restartPolicy !== 'Always' ? state.terminated?.exitCode === 0 : started && input.unready?.has(container.name) !== true;
  // A container that the runtime no longer knows was restarted, unless its pod is being deleted.
  const restartCount = latest ? latest.attempt : (before?.restartCount ?? 0) + (isLost && pod.metadata.deletionTimestamp === undefined ? 1 : 0);
  const kept = latest === undefined && state === before?.state && before?.state?.terminated ? before : undefined;
  const image = latest ? latest.image.name : (kept?.image ?? container.image ?? '');
  const containerID = latest ? `containerd://${latest.id}` : kept?.containerID;
  if (before && before.containerID === containerID && before.ready === ready && before.started === started && before.restartCount === restartCount && sameState(before.state, state) && sameState(before.lastState, lastState) && before.image === image) {
    return before;
  }
  const status: { -readonly [K in keyof ContainerStatus]: ContainerStatus[K] } = {
    name: container.name,
    state,
    lastState,
    ready,
    restartCount,
    image,
    imageID: latest ? latest.image.digest : (kept?.imageID ?? ''),
  };
  if (containerID !== undefined) status.containerID = containerID;
  status.started = started;
  if (containerID !== undefined) {
    if (container.resources?.requests) status.allocatedResources = container.resources.requests;
    status.resources = container.resources ?? NO_RESOURCES;
  }
  const mounts = before?.volumeMounts ?? volumeMounts(container);
  if (mounts) status.volumeMounts = mounts;
  if (containerID !== undefined) status.user = userOf(container, pod.spec);
  return status;
};

const NO_RESOURCES = {};
const ROOT = { linux: { uid: 0, gid: 0, supplementalGroups: [0] } };

const userOf = (container: Container, spec: PodSpec): NonNullable<ContainerStatus['user']> => {
  const uid = container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
  return uid === undefined || uid === 0 ? ROOT : { linux: { uid, gid: 0, supplementalGroups: [0] } };
};

const volumeMounts = (container: Container): readonly VolumeMountStatus[] | undefined => {
  const mounts = container.volumeMounts;
  if (mounts === undefined || mounts.length === 0) return undefined;
  return mounts.map((mount) =>
    mount.readOnly === true ? { name: mount.name, mountPath: mount.mountPath, readOnly: true, recursiveReadOnly: 'Disabled' } : { name: mount.name, mountPath: mount.mountPath },
  );
};

const runtimeState = (container: RuntimeContainer, before: ContainerStatus | undefined): ContainerState => {
  switch (container.state) {
    case 'created':
      return { waiting: {} };
    case 'running': {
      const startedAt = formatTime(container.startedAt ?? container.createdAt);
      return before?.state?.running?.startedAt === startedAt ? before.state : { running: { startedAt } };
    }
    case 'exited': {
      const containerID = `containerd://${container.id}`;
      if (before?.state?.terminated?.containerID === containerID) return before.state;
      const terminated: { -readonly [K in keyof NonNullable<ContainerState['terminated']>]: NonNullable<ContainerState['terminated']>[K] } = { exitCode: container.exitCode, reason: container.reason };
      if (container.message !== '') terminated.message = container.message;
      terminated.startedAt = container.startedAt === undefined ? NEVER : formatTime(container.startedAt);
      terminated.finishedAt = container.finishedAt === undefined ? NEVER : formatTime(container.finishedAt);
      terminated.containerID = containerID;
      return { terminated };
    }
  }
};

/** What the zero time of the CRI becomes. */
const NEVER = '1970-01-01T00:00:00Z';

const sameState = (a: ContainerState | undefined, b: ContainerState): boolean => {
  if (a === b) return true;
  if (a === undefined) return false;
  return (
    a.waiting?.reason === b.waiting?.reason &&
    a.waiting?.message === b.waiting?.message &&
    (a.waiting === undefined) === (b.waiting === undefined) &&
    a.running?.startedAt === b.running?.startedAt &&
    a.terminated?.containerID === b.terminated?.containerID &&
    a.terminated?.exitCode === b.terminated?.exitCode &&
    a.terminated?.finishedAt === b.terminated?.finishedAt
  );
};

const isSidecar = (spec: PodSpec, name: string): boolean => spec.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always') === true;

/** getPhase of kubelet_pods.go. */
export const podPhase = (spec: PodSpec, init: readonly ContainerStatus[] | undefined, statuses: readonly ContainerStatus[], terminal: boolean): 'Pending' | 'Running' | 'Succeeded' | 'Failed' => {
  let pendingInit = 0;
  let failedInit = 0;
  let running = 0;
  let waiting = 0;
  for (const { name, state, lastState, started } of init ?? []) {
    if (isSidecar(spec, name)) {
      // A sidecar that has ended counts for nothing.
      if (state?.running) {
        running++;
        if (started !== true) pendingInit++;
      } else if (state?.waiting && !lastState?.terminated) waiting++;
      continue;
    }
    const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
    if (ended === undefined) pendingInit++;
    else if (ended.exitCode !== 0) failedInit++;
  }
  if (failedInit > 0 && spec.restartPolicy === 'Never') return 'Failed';
  let stopped = 0;
  let succeeded = 0;
  for (const { state, lastState } of statuses) {
    if (state?.running) running++;
    else if (state?.terminated) {
      stopped++;
      if (state.terminated.exitCode === 0) succeeded++;
    } else if (lastState?.terminated) stopped++;
    else waiting++;
  }
  if (pendingInit > 0 || failedInit > 0 || waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (terminal) return stopped === succeeded ? 'Succeeded' : 'Failed';
  if (spec.restartPolicy === 'Always' || spec.restartPolicy === undefined) return 'Running';
  if (stopped === succeeded) return 'Succeeded';
  return spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
};
