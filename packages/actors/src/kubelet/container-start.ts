import { between, type Instant, later } from '@naumachia/core';
import type { Container, Pod } from '../api/generated/types.js';
import { goQuote } from '../api/go-text.js';
import { goDuration, isInBackoff, isInBackoffSince, stepBackoff } from './backoff.js';
import { latestContainer } from './container-restart.js';
import { environmentReferences } from './config-references.js';
import { containerConfig } from './container-config.js';
import type { PodSandbox } from './container-runtime.js';
import { type Image, parseImage } from './image-registry.js';
import { currentStatus, fieldPathOf, podText, type PodWorker, type PodWorkerEnvironment, type StartingStep } from './pod-worker-state.js';
import { probesOf } from './probe.js';

/**
 * Starts the containers of a sync one after another (kuberuntime startContainer): back-off, image, create, start, with the Events that
 * each writes. False: it waits for a pull.
 */
export const startContainers = (worker: PodWorker, step: StartingStep, sandbox: PodSandbox, environment: PodWorkerEnvironment): boolean => {
  const pod = worker.stored.value;
  for (; step.at < step.queue.length; step.at++) {
    const entry = step.queue[step.at];
    const container = entry && (entry.init ? pod.spec.initContainers : pod.spec.containers)?.find((candidate) => candidate.name === entry.name);
    if (entry === undefined || container === undefined) continue;
    const start: Start = { worker, step, sandbox, pod, container, path: fieldPathOf(container, entry.init), environment };
    const outcome = step.image ?? (step.pull ? finishPull(start) : begin(start));
    if (outcome === 'waits') return false;
    step.pull = undefined;
    if (outcome === 'failed') {
      step.failed = true;
      if (entry.init) break;
    } else if (readsEnvironment(start, outcome)) return false;
    else if (!create(start, outcome) && entry.init) break;
  }
  return true;
};

interface Start {
  readonly worker: PodWorker;
  readonly step: StartingStep;
  readonly sandbox: PodSandbox;
  readonly pod: Pod;
  readonly container: Container;
  readonly path: string;
  readonly environment: PodWorkerEnvironment;
}

type ImageOutcome = Image | 'failed' | 'waits';

const begin = (start: Start): ImageOutcome => {
  const { worker, step, sandbox, container, environment } = start;
  const latest = latestContainer(sandbox, container.name);
  if (latest?.state === 'exited' && latest.finishedAt !== undefined && !step.killed.includes(container.name)) {
    const { now } = environment;
    const backoff = worker.restarts?.[container.name];
    if (backoff && isInBackoffSince(backoff, latest.finishedAt, now)) {
      environment.event(worker, 'Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${podText(worker)}`, start.path);
      waitsFor(start, 'CrashLoopBackOff', `back-off ${goDuration(backoff.delay)} restarting failed container=${container.name} pod=${podText(worker)}`);
      earliest(step, later(latest.finishedAt, backoff.delay));
      return 'failed';
    }
    stepBackoff((worker.restarts ??= {}), container.name, latest.finishedAt, now);
  }
  return ensureImage(start);
};

/** images/image_manager.go EnsureImageExists. */
const ensureImage = (start: Start): ImageOutcome => {
  const { worker, step, container, path, environment } = start;
  const { now, runtime, node } = environment;
  const image = container.image ?? '';
  const reference = parseImage(image);
  if (!reference.valid) {
    const message = `Failed to apply default image tag ${goQuote(image)}: couldn't parse image name ${goQuote(image)}: ${reference.message}`;
    environment.event(worker, 'Warning', 'InspectFailed', message, path);
    return fails(start, 'InvalidImageName', message);
  }
  const present = runtime.imageStatus(node, reference.name);
  if (container.imagePullPolicy !== 'Always') {
    if (present) {
      environment.event(worker, 'Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`, path);
      return present;
    }
    if (container.imagePullPolicy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      environment.event(worker, 'Warning', 'ErrImageNeverPull', message, path);
      return fails(start, 'ErrImageNeverPull', message);
    }
  }
  const backoff = worker.pulls?.[image];
  if (backoff && isInBackoff(backoff, now)) {
    environment.event(worker, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, path);
    earliest(step, later(backoff.updatedAt, backoff.delay));
    return fails(start, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${worker.pullErrors?.[image] ?? ''}`);
  }
  environment.event(worker, 'Normal', 'Pulling', `Pulling image "${image}"`, path);
  step.pull = runtime.pullImage(node, reference.name, now);
  return finishPull(start);
};

const finishPull = (start: Start): ImageOutcome => {
  const { worker, step, container, path, environment } = start;
  const { now, runtime, node } = environment;
  const { pull } = step;
  if (pull === undefined) return 'failed';
  if (pull.doneAt > now) return 'waits';
  const image = container.image ?? '';
  const { answer } = pull;
  if (!answer.found) {
    environment.event(worker, 'Warning', 'Failed', `Failed to pull image "${image}": ${answer.error}`, path);
    stepBackoff((worker.pulls ??= {}), image, now, now);
    (worker.pullErrors ??= {})[image] = answer.error;
    return fails(start, 'ErrImagePull', answer.error);
  }
  runtime.keepImage(node, answer.image);
  if (worker.pulls) worker.pulls = worker.pullErrors = undefined;
  const taken = goDuration(between(pull.startedAt, pull.doneAt));
  const waited = goDuration(between(pull.askedAt, pull.doneAt));
  environment.event(worker, 'Normal', 'Pulled', `Successfully pulled image "${image}" in ${taken} (${waited} including waiting). Image size: ${answer.image.sizeBytes} bytes.`, path);
  return answer.image;
};

/** Whether it waits for what the environment of the container is taken from: read once the image is there, and before the container is made. */
const readsEnvironment = ({ worker, step, container, environment }: Start, image: Image): boolean => {
  const references = environmentReferences(container);
  if (references === undefined) return false;
  if (step.image === undefined) {
    step.image = image;
    environment.readConfig(worker, references);
  }
  if (worker.config?.objects === undefined) return true;
  step.image = undefined;
  return false;
};

const NOTHING_READ = {};

/** False: it has failed. */
const create = (start: Start, image: Image): boolean => {
  const { worker, step, sandbox, pod, container, path, environment } = start;
  const { runtime, node, now } = environment;
  const { nodeName, hostIP, allocatable } = environment;
  const config = containerConfig(pod, container, worker.config?.objects ?? NOTHING_READ, { nodeName, hostIP, podIP: sandbox.ip || hostIP, allocatable });
  worker.config = undefined;
  if ('error' in config) {
    step.failed = true;
    waitsFor(start, 'CreateContainerConfigError', config.error);
    environment.event(worker, 'Warning', 'Failed', `Error: ${config.error}`, path);
    return false;
  }
  const latest = latestContainer(sandbox, container.name);
  const made = runtime.createContainer(node, sandbox, { name: container.name, attempt: latest ? latest.attempt + 1 : attemptsBefore(worker, container), image, config }, environment);
  environment.event(worker, 'Normal', 'Created', 'Container created', path);
  dropOlder(sandbox, container.name);
  const error = runtime.startContainer(node, sandbox, made, now);
  if (error !== undefined) {
    step.failed = true;
    waitsFor(start, 'RunContainerError', error);
    environment.event(worker, 'Warning', 'Failed', `Error: ${error}`, path);
    return true;
  }
  if (worker.waiting) delete worker.waiting[container.name];
  environment.event(worker, 'Normal', 'Started', 'Container started', path);
  const probes = probesOf(container, made, now);
  if (probes) worker.probes = [...(worker.probes ?? []).filter((probe) => probe.container !== container.name), ...probes];
  return true;
};

/** A container that ran before this kubelet lost its runtime's state goes on counting. */
const attemptsBefore = (worker: PodWorker, container: Container): number => {
  const status = currentStatus(worker);
  const before = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find((candidate) => candidate.name === container.name);
  return before?.restartCount ?? 0;
};

/** The newest two attempts of a container stay: its state and its last state (MaxPerPodContainer). */
const dropOlder = (sandbox: PodSandbox, name: string): void => {
  let kept = 0;
  for (let at = sandbox.containers.length - 1; at >= 0; at--) {
    if (sandbox.containers[at]?.name === name && ++kept > 2) sandbox.containers.splice(at, 1);
  }
};

const waitsFor = ({ worker, container }: Start, reason: string, message: string): void => {
  (worker.waiting ??= {})[container.name] = { reason, message };
};

const fails = (start: Start, reason: string, message: string): 'failed' => {
  waitsFor(start, reason, message);
  start.environment.event(start.worker, 'Warning', 'Failed', `Error: ${reason}`, start.path);
  return 'failed';
};

const earliest = (step: StartingStep, at: Instant): void => {
  if (step.backoffUntil === undefined || at < step.backoffUntil) step.backoffUntil = at;
};
