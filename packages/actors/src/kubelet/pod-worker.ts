import { type Instant, later, milliseconds, seconds } from '@naumachia/core';
import type { ContainerState, ContainerStatus, Pod, PodStatus } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { goQuote } from '../api/go-text.js';
import { formatTime } from '../api/time-format.js';
import { type ConfigReference, volumeReferences } from './config-references.js';
import { containersToStart, latestContainer, onlySidecarsRun } from './container-restart.js';
import type { PodSandbox } from './container-runtime.js';
import { startContainers } from './container-start.js';
import { endsByProbe, killUnwanted, shortenGrace, stopContainers } from './container-stop.js';
import { conditionOf } from './pod-conditions.js';
import { generateStatus, isTerminalPhase } from './pod-status.js';
import { currentStatus, lookAtPhase, nextRelist, type MountingStep, type PodWorker, type PodWorkerEnvironment } from './pod-worker-state.js';
import { nextProbe, notReadyContainers, notStartedContainers, runProbes } from './prober.js';
import { relist } from './relist.js';
import { equalValues } from './status-patch.js';
import { mountVolumes, type VolumeFiles } from './volume-files.js';
import { hostsEntriesOf } from './hosts-file.js';

/** Lets the pod do everything that it can do now, and says when it wants to be called again. */
export const advancePod = (worker: PodWorker, environment: PodWorkerEnvironment): Instant | undefined => {
  const { runtime, node, now } = environment;
  for (;;) {
    const sandbox = runtime.podSandbox(node, worker.uid);
    if (sandbox) {
      runtime.advance(node, sandbox, now);
      relist(worker, sandbox, environment);
      if (worker.probes && worker.stage === 'running') runProbes(worker, sandbox, environment);
    }
    if (worker.stage === 'running') {
      checkDeadline(worker, environment);
      if (sandbox && worker.step === undefined && worker.remountAt !== undefined && worker.remountAt <= now) remountVolumes(worker, sandbox, environment);
    }
    if (worker.step) {
      if (!continueSync(worker, environment)) break;
    } else if (isSyncDue(worker, now)) beginSync(worker, environment);
    else break;
  }
  return nextWake(worker, environment);
};

/** Takes in the newest state of the pod's object, which others have written to. What matters to a sync is its spec, its labels and annotations (podsDifferSemantically). */
export const updatePod = (worker: PodWorker, stored: Stored<Pod>, environment: PodWorkerEnvironment): void => {
  const { metadata, spec } = stored.value;
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = metadata;
  if (worker.status === undefined && worker.stage !== 'finished') worker.status = currentStatus(worker);
  const former = worker.stored.value.metadata;
  worker.stored = stored;
  worker.shown = undefined;
  if (deletionTimestamp !== undefined && worker.stage === 'running') terminate(worker);
  else if (deletionGracePeriodSeconds !== worker.grace && worker.step?.step === 'stopping') shortenGrace(worker, stored.value, environment);
  else if (worker.stage === 'running' && (generation !== worker.generation || !equalValues(former.labels, metadata.labels) || !equalValues(former.annotations, metadata.annotations))) {
    worker.deadlineSeconds = spec.activeDeadlineSeconds;
    wantSync(worker);
  }
  worker.generation = generation;
  worker.grace = deletionGracePeriodSeconds;
  reconcilePod(worker, environment);
};

/** Where only the status changed, the kubelet puts right what is its own, and looks at readiness gates (HandlePodReconcile). */
const reconcilePod = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  if (worker.stage === 'running' && worker.step === undefined && worker.wanted === 0) setStatus(worker, generate(worker, environment, false), environment);
  else environment.statusChanged(worker);
};

/** The object is gone: what runs is stopped, and nobody is told. */
export const podGone = (worker: PodWorker): void => {
  worker.gone = true;
  if (worker.stage === 'running') terminate(worker);
};

const terminate = (worker: PodWorker): void => {
  lookAtPhase(worker);
  worker.stage = 'terminating';
  // A sync under way is cancelled.
  worker.step = undefined;
  worker.retryAt = undefined;
  worker.wanted = 1;
};

const wantSync = (worker: PodWorker): void => {
  lookAtPhase(worker);
  if (worker.wanted === 0) worker.wanted = 1;
};

const isSyncDue = (worker: PodWorker, now: Instant): boolean => {
  if (worker.stage === 'finished') return false;
  if (worker.retryAt !== undefined && worker.retryAt <= now) {
    worker.retryAt = undefined;
    wantSync(worker);
  }
  return worker.wanted > 0 && worker.notBefore <= now;
};

const beginSync = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  worker.wanted = worker.wanted === 2 ? 1 : 0;
  switch (worker.stage) {
    case 'running':
      return syncPod(worker, environment);
    case 'terminating':
      return syncTerminatingPod(worker, environment);
    case 'terminated':
      return syncTerminatedPod(worker, environment);
    case 'finished':
  }
};

const syncPod = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  const { runtime, node, now, profile, random } = environment;
  worker.retryAt = undefined;
  const status = setStatus(worker, generate(worker, environment, false), environment);
  if (isTerminalPhase(status.phase)) {
    worker.stage = 'terminating';
    worker.wanted = 1;
    worker.step = undefined;
    worker.notBefore = later(now, profile.completion);
  } else if (runtime.podSandbox(node, worker.uid) === undefined) worker.step = { step: 'mounting', until: later(now, milliseconds(profile.volumesMounted * (1 + 0.5 * random.float()))), references: volumeReferences(worker.stored.value), asked: false, wait: FIRST_MOUNT_RETRY };
  else beginStarting(worker, environment);
};

const beginStarting = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  const sandbox = environment.runtime.podSandbox(environment.node, worker.uid);
  if (sandbox && endsByProbe(worker, sandbox)) return windDown(worker, sandbox, environment);
  const killed = sandbox ? killUnwanted(worker, sandbox, environment) : NONE;
  if (killed.length > 0) worker.step = { step: 'killing', killed };
  else startMissing(worker, sandbox, killed, environment);
};

const NONE: readonly string[] = [];

/** `killed`: what this sync has ended, and starts anew. */
const startMissing = (worker: PodWorker, sandbox: PodSandbox | undefined, killed: readonly string[], environment: PodWorkerEnvironment): void => {
  const pod = worker.stored.value;
  const missing = containersToStart(pod, sandbox, worker.probes && notStartedContainers(worker.probes)).map(({ container, init }) => ({ name: container.name, init }));
  // Whatever the pod's policy makes of how they ended.
  const queue = [...missing, ...killed.filter((name) => !missing.some((entry) => entry.name === name)).map((name) => ({ name, init: false }))];
  if (sandbox && pod.spec.initContainers && queue.every(({ init }) => init) && onlySidecarsRun(pod, sandbox)) windDown(worker, sandbox, environment);
  else worker.step = { step: 'starting', queue, killed, at: 0, pull: undefined, image: undefined, failed: false, backoffUntil: undefined };
};

/** Nothing is left to run: what still does is stopped, and then the sandbox. */
const windDown = (worker: PodWorker, sandbox: PodSandbox, environment: PodWorkerEnvironment): void => {
  stopContainers(worker, sandbox, environment);
  worker.step = { step: 'winding-down' };
};

/** Goes on with a sync that took time; false if it still waits. */
const continueSync = (worker: PodWorker, environment: PodWorkerEnvironment): boolean => {
  const { runtime, node, now } = environment;
  const { step } = worker;
  switch (step?.step) {
    case undefined:
      return false;
    case 'mounting': {
      if (step.until > now) return false;
      const pod = worker.stored.value;
      const { metadata, spec } = pod;
      const mounted = step.references && volumesOf(worker, step, step.references, environment);
      if (step.references && mounted === undefined) return false;
      const sandbox = runtime.runPodSandbox(node, { uid: worker.uid, hostname: spec.hostname ?? (metadata.name ?? '').slice(0, 63), hostNetwork: spec.hostNetwork === true, hosts: hostsEntriesOf(pod) }, environment);
      sandbox.volumes = mounted;
      // The condition is shown as soon as the sandbox is there, before any image is pulled.
      if (environment.profile.relist > 0) readyToStart(worker, environment);
      beginStarting(worker, environment);
      return true;
    }
    case 'killing': {
      const sandbox = runtime.podSandbox(node, worker.uid);
      if (step.killed.some((name) => latestContainer(sandbox, name)?.state === 'running')) return false;
      startMissing(worker, sandbox, step.killed, environment);
      return true;
    }
    case 'starting': {
      const sandbox = runtime.podSandbox(node, worker.uid);
      if (sandbox && !startContainers(worker, step, sandbox, environment)) return false;
      if (step.failed) worker.retryAt = retryAt(step.backoffUntil, environment);
      endSync(worker, environment);
      return true;
    }
    case 'winding-down': {
      const sandbox = runtime.podSandbox(node, worker.uid);
      if (sandbox?.containers.some((container) => container.state === 'running')) return false;
      if (sandbox) runtime.stopPodSandbox(node, sandbox, now);
      endSync(worker, environment);
      return true;
    }
    case 'stopping': {
      const sandbox = runtime.podSandbox(node, worker.uid);
      if (sandbox) stopContainers(worker, sandbox, environment);
      if (sandbox?.containers.some((container) => container.state === 'running')) return false;
      if (sandbox) runtime.stopPodSandbox(node, sandbox, now);
      if (sandbox) seeEverything(sandbox);
      worker.stage = 'terminated';
      setStatus(worker, generate(worker, environment, true), environment);
      worker.wanted = 1;
      endSync(worker, environment);
      return true;
    }
    case 'unmounting':
      if (step.until > now) return false;
      worker.step = undefined;
      worker.stage = 'finished';
      worker.wanted = 0;
      setStatus(worker, finalStatus(worker.stored.value, currentStatus(worker)), environment);
      return true;
  }
};

/** nestedpendingoperations: a mount that failed is tried again after 500 ms, then after twice as long each time, at most 2 m 2 s. */
const FIRST_MOUNT_RETRY = 500;
const LAST_MOUNT_RETRY = 122_000;

/** What the volumes hold; `undefined` while it is not known, or while there is no such ConfigMap or Secret. */
const volumesOf = (worker: PodWorker, step: MountingStep, references: readonly ConfigReference[], environment: PodWorkerEnvironment): Record<string, VolumeFiles> | undefined => {
  if (!step.asked) {
    step.asked = true;
    environment.readConfig(worker, references);
  }
  const objects = worker.config?.objects;
  if (objects === undefined) return undefined;
  const { nodeName, hostIP, allocatable, now } = environment;
  const mounted = mountVolumes(worker.stored.value, objects, { nodeName, hostIP, podIP: '', allocatable });
  worker.config = undefined;
  if ('volumes' in mounted) return mounted.volumes;
  for (const { volume, error } of mounted.failed) environment.event(worker, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume ${goQuote(volume)} : ${error}`);
  step.asked = false;
  step.until = later(now, milliseconds(step.wait));
  step.wait = Math.min(2 * step.wait, LAST_MOUNT_RETRY);
  return undefined;
};

/** What has gone keeps its files, and is told of once more. */
const remountVolumes = (worker: PodWorker, sandbox: PodSandbox, environment: PodWorkerEnvironment): void => {
  worker.remountAt = undefined;
  const references = volumeReferences(worker.stored.value);
  if (references === undefined) return;
  environment.readConfig(worker, references);
  const objects = worker.config?.objects;
  worker.config = undefined;
  if (objects === undefined) return;
  const { nodeName, hostIP, allocatable } = environment;
  const mounted = mountVolumes(worker.stored.value, objects, { nodeName, hostIP, podIP: sandbox.ip || hostIP, allocatable });
  if ('volumes' in mounted) sandbox.volumes = Object.assign({}, sandbox.volumes, mounted.volumes);
  else for (const { volume, error } of mounted.failed) environment.event(worker, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume ${goQuote(volume)} : ${error}`);
};

const endSync = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  worker.step = undefined;
  worker.notBefore = nextRelist(environment);
};

/** pod_workers.go: backOffPeriod 10 s, or what remains of a container's back-off, and up to half of it more. */
const retryAt = (backoffUntil: Instant | undefined, { now, random }: PodWorkerEnvironment): Instant => {
  const wait = backoffUntil === undefined ? seconds(10) : Math.max(backoffUntil - now, 0);
  return later(now, milliseconds(wait * (1 + 0.5 * random.float())));
};

const syncTerminatingPod = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  setStatus(worker, generate(worker, environment, false), environment);
  worker.probes = undefined;
  worker.step = { step: 'stopping' };
};

const syncTerminatedPod = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  setStatus(worker, generate(worker, environment, true), environment);
  worker.step = { step: 'unmounting', until: later(environment.now, environment.profile.volumesUnmounted) };
};

const DEADLINE_EXCEEDED = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };

const deadlineOf = (worker: PodWorker): Instant | undefined => {
  const limit = worker.deadlineSeconds;
  const startTime = limit === undefined || worker.evicted ? undefined : currentStatus(worker).startTime;
  return limit === undefined || startTime === undefined ? undefined : later(Date.parse(startTime) as Instant, seconds(limit));
};

const checkDeadline = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  const deadline = deadlineOf(worker);
  if (deadline === undefined || deadline > environment.now) return;
  worker.evicted = DEADLINE_EXCEEDED;
  worker.step = undefined;
  wantSync(worker);
};

const generate = (worker: PodWorker, environment: PodWorkerEnvironment, terminal: boolean, former: PodStatus = currentStatus(worker)): PodStatus => {
  if (worker.evicted) environment.event(worker, 'Normal', worker.evicted.reason, worker.evicted.message);
  return generateStatus({
    pod: worker.stored.value,
    sandbox: environment.runtime.podSandbox(environment.node, worker.uid),
    former,
    waiting: worker.waiting,
    unready: worker.probes && notReadyContainers(worker.probes),
    unstarted: worker.probes && notStartedContainers(worker.probes),
    seenRunning: worker.seenRunning,
    terminal,
    evicted: worker.evicted,
    hostIP: environment.hostIP,
    now: environment.now,
  });
};

const setStatus = (worker: PodWorker, status: PodStatus, environment: PodWorkerEnvironment): PodStatus => {
  worker.status = status;
  environment.statusChanged(worker);
  return status;
};

const readyToStart = (worker: PodWorker, environment: PodWorkerEnvironment): void => {
  const status = currentStatus(worker);
  const former = conditionOf(status.conditions, 'PodReadyToStartContainers');
  if (former === undefined || former.status === 'True') return;
  const shown = Object.assign({}, former, { status: 'True', lastTransitionTime: formatTime(environment.now) });
  setStatus(worker, Object.assign({}, status, { conditions: (status.conditions ?? []).map((condition) => (condition === former ? shown : condition)) }), environment);
};

const seeEverything = (sandbox: PodSandbox): void => {
  sandbox.seen = sandbox.ready ? 'ready' : 'stopped';
  for (const container of sandbox.containers) container.seen = container.state === 'exited' ? 'exited' : 'running';
};

const UNKNOWN_END = {
  terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated', startedAt: null, finishedAt: null },
} as unknown as ContainerState;

/** status_manager.go TerminatePod: a container of which nothing is known has failed, and so has a pod without an end of its own. */
const finalStatus = (pod: Pod, status: PodStatus): PodStatus => {
  const ended = (container: ContainerStatus): ContainerStatus => (container.state?.terminated ? container : Object.assign({}, container, { state: UNKNOWN_END }));
  const containerStatuses = hasInitialized(pod, status) ? status.containerStatuses?.map(ended) : status.containerStatuses;
  const begun = initContainersBegun(status.initContainerStatuses ?? []);
  const initContainerStatuses = status.initContainerStatuses?.map((container, i) => (i < begun ? ended(container) : container));
  return {
    ...status,
    ...(initContainerStatuses && { initContainerStatuses }),
    ...(containerStatuses && { containerStatuses }),
    ...(!isTerminalPhase(status.phase) && { phase: 'Failed' }),
  };
};

/** How many init containers have tried to start at least once; of those that only wait, the first has (initializedContainers). */
const initContainersBegun = (statuses: readonly ContainerStatus[]): number =>
  Math.max(1, statuses.findLastIndex(({ state, lastState }) => state?.waiting === undefined || lastState?.terminated !== undefined) + 1);

/** Whether the main containers were ever meant to start: there is no init container, one of them did, or the last init container succeeded. */
const hasInitialized = (pod: Pod, status: PodStatus): boolean => {
  if (pod.spec.initContainers === undefined || pod.spec.initContainers.length === 0) return true;
  if (status.containerStatuses?.some(({ state, lastState }) => lastState?.terminated !== undefined || state?.waiting === undefined)) return true;
  const last = status.initContainerStatuses?.at(-1);
  return last?.state?.terminated?.exitCode === 0 || last?.lastState?.terminated?.exitCode === 0;
};

/** The earliest instant at which something of this pod happens by itself. */
const nextWake = (worker: PodWorker, environment: PodWorkerEnvironment): Instant | undefined => {
  let next = worker.writeAgainAt;
  const at = (instant: Instant | undefined): void => {
    if (instant !== undefined && (next === undefined || instant < next)) next = instant;
  };
  const { step } = worker;
  if ((step?.step === 'mounting' && !step.asked) || step?.step === 'unmounting') at(step.until);
  if (step?.step === 'starting') at(step.pull?.doneAt);
  if (step === undefined && worker.wanted > 0 && worker.stage !== 'finished') at(worker.notBefore);
  if (step === undefined) at(worker.retryAt);
  at(worker.relistAt);
  if (worker.stage === 'running') {
    at(deadlineOf(worker));
    if (step === undefined) at(worker.remountAt);
    if (worker.probes) at(nextProbe(worker.probes));
  }
  const sandbox = environment.runtime.podSandbox(environment.node, worker.uid);
  if (sandbox) at(environment.runtime.nextChange(environment.node, sandbox));
  return next;
};
