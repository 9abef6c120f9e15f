import type { Container, Pod } from '../api/generated/types.js';
import type { PodSandbox, RuntimeContainer } from './container-runtime.js';

/** The newest container of that name. */
export const latestContainer = (sandbox: PodSandbox | undefined, name: string): RuntimeContainer | undefined => {
  if (sandbox === undefined) return undefined;
  for (let at = sandbox.containers.length - 1; at >= 0; at--) {
    const container = sandbox.containers[at] as RuntimeContainer;
    if (container.name === name) return container;
  }
  return undefined;
};

/** kubecontainer.ShouldContainerBeRestarted: whether the next sync should start it. */
export const shouldStart = (pod: Pod, container: Container, latest: RuntimeContainer | undefined): boolean => {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (latest === undefined || latest.state === 'created') return true;
  if (latest.state === 'running') return false;
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && latest.exitCode !== 0);
};

export interface ContainerToStart {
  readonly container: Container;
  readonly init: boolean;
}

/**
 * What a sync has to start, in order (computePodActions): the next init container that has not succeeded, or, once all have, every
 * main container that should run. Sidecars (restartable init containers) let the next one begin once they run.
 */
export const containersToStart = (pod: Pod, sandbox: PodSandbox | undefined, unstarted: ReadonlySet<string> | undefined): readonly ContainerToStart[] => {
  const toStart: ContainerToStart[] = [];
  const { spec } = pod;
  if (spec.initContainers !== undefined && !hasStarted(spec.containers, sandbox)) {
    for (const container of spec.initContainers) {
      const latest = latestContainer(sandbox, container.name);
      if (container.restartPolicy === 'Always') {
        if (latest?.state === 'running' && unstarted?.has(container.name) !== true) continue;
        if (shouldStart(pod, container, latest)) toStart.push({ container, init: true });
        return toStart;
      }
      if (latest?.state === 'exited' && latest.exitCode === 0) continue;
      // A pod of policy Always retries its init containers on failure.
      if (latest === undefined || (latest.state === 'exited' && spec.restartPolicy !== 'Never')) toStart.push({ container, init: true });
      return toStart;
    }
  } else if (spec.initContainers !== undefined) {
    for (const container of spec.initContainers) {
      if (container.restartPolicy === 'Always' && shouldStart(pod, container, latestContainer(sandbox, container.name))) toStart.push({ container, init: true });
    }
  }
  for (const container of spec.containers) if (shouldStart(pod, container, latestContainer(sandbox, container.name))) toStart.push({ container, init: false });
  return toStart;
};

const hasStarted = (containers: readonly Container[], sandbox: PodSandbox | undefined): boolean => sandbox !== undefined && containers.some((container) => latestContainer(sandbox, container.name) !== undefined);

/** The main containers have all ended for good, and only sidecars still run: the pod is over. */
export const onlySidecarsRun = (pod: Pod, sandbox: PodSandbox): boolean =>
  pod.spec.containers.every((container) => {
    const latest = latestContainer(sandbox, container.name);
    return latest?.state === 'exited' && !shouldStart(pod, container, latest);
  }) && sandbox.containers.some((container) => container.state === 'running');
