import type { Pod } from '../api/generated/types.js';
import { latestContainer } from './container-restart.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';
import { parseImage } from './image-registry.js';
import { fieldPathOf, type PodWorker, type PodWorkerEnvironment } from './pod-worker-state.js';
import { failedProbe } from './prober.js';

/** Main containers first; sidecars once none of those runs. A container that was told before is not told again. */
export const stopContainers = (worker: PodWorker, sandbox: PodSandbox, environment: PodWorkerEnvironment): void => {
  const pod = worker.stored.value;
  const { runtime, node, now } = environment;
  const grace = gracePeriod(pod, worker);
  for (const [containers, init] of [[pod.spec.containers, false], [pod.spec.initContainers ?? [], true]] as const) {
    let left = false;
    for (const container of containers) {
      const running = latestContainer(sandbox, container.name);
      if (running?.state !== 'running') continue;
      if (!running.stopping) {
        environment.event(worker, 'Normal', 'Killing', `Stopping container ${container.name}`, fieldPathOf(container, init));
        runtime.stopContainer(node, sandbox, running, grace, now);
      }
      left ||= isRunning(running);
    }
    if (left) return;
  }
};

/** Asked anew, as telling it to stop may have ended it. */
const isRunning = (container: RuntimeContainer): boolean => container.state === 'running';

/** kuberuntime: a container gets at least 2 s (minimumGracePeriodInSeconds). */
const gracePeriod = (pod: Pod, worker: PodWorker): number =>
  worker.gone ? 2 : Math.max(2, pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);

export const shortenGrace = (worker: PodWorker, pod: Pod, environment: PodWorkerEnvironment): void => {
  const sandbox = environment.runtime.podSandbox(environment.node, worker.uid);
  for (const container of sandbox?.containers ?? []) {
    if (sandbox && container.state === 'running') environment.runtime.stopContainer(environment.node, sandbox, container, gracePeriod(pod, worker), environment.now);
  }
};

/**
 * Tells the containers to stop whose image is no longer the one that was asked for, and those that failed a probe (computePodActions): which of them
 * are to begin anew.
 */
export const killUnwanted = (worker: PodWorker, sandbox: PodSandbox, environment: PodWorkerEnvironment): readonly string[] => {
  const { runtime, node, now } = environment;
  const pod = worker.stored.value;
  const killed: string[] = [];
  // What nobody has changed is not looked at in every sync of every pod.
  const wasChanged = pod.metadata.generation !== 1;
  if (!wasChanged && worker.probes === undefined) return killed;
  for (const [containers, init] of [[pod.spec.initContainers ?? [], true], [pod.spec.containers, false]] as const) {
    for (const container of containers) {
      const running = latestContainer(sandbox, container.name);
      if (running?.state !== 'running' || running.stopping) continue;
      const failed = worker.probes && failedProbe(worker.probes, running.id);
      const isChanged = wasChanged && !init && !isImage(running, container.image ?? '');
      if (!isChanged && failed === undefined) continue;
      const why = isChanged ? 'definition changed' : `failed ${failed?.kind} probe`;
      const restarts = isChanged || (container.restartPolicy ?? pod.spec.restartPolicy) !== 'Never';
      environment.event(worker, 'Normal', 'Killing', `Container ${container.name} ${why}${restarts ? ', will be restarted' : ''}`, fieldPathOf(container, init));
      runtime.stopContainer(node, sandbox, running, isChanged ? gracePeriod(pod, worker) : Math.max(2, failed?.spec.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30), now);
      if (restarts) killed.push(container.name);
    }
  }
  return killed;
};

/** Whether a pod that starts nothing again is over: what still runs of its main containers has failed a probe. */
export const endsByProbe = ({ stored, probes = [] }: PodWorker, sandbox: PodSandbox): boolean => {
  const { containers, restartPolicy } = stored.value.spec;
  if (restartPolicy !== 'Never' || probes.length === 0) return false;
  const latest = containers.map(({ name }) => latestContainer(sandbox, name));
  return latest.every((container) => container !== undefined && (container.state === 'exited' || failedProbe(probes, container.id) !== undefined)) && latest.some((container) => container?.state === 'running');
};

const isImage = (running: RuntimeContainer, asked: string): boolean => {
  const image = parseImage(asked);
  return image.valid && image.name === running.image.name;
};
