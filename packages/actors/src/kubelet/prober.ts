import { type Instant, later, seconds } from '@naumachia/core';
import type { ContainerStatus } from '../api/generated/types.js';
import type { CommandContext } from './commands.js';
import { NO_CONFIG } from './container-config.js';
import { latestContainer } from './container-restart.js';
import type { PodSandbox } from './container-runtime.js';
import { commandContext } from './emulated-runtime.js';
import { currentStatus, type PodWorker, type PodWorkerEnvironment } from './pod-worker-state.js';
import { type Probe, probeOnce, takeOutcome, waitForNext } from './probe.js';

const TITLES = { readiness: 'Readiness', liveness: 'Liveness', startup: 'Startup' } as const;

/** Runs the probes that are due. A change wants a sync, which shows it, and which kills a container that has failed its liveness or startup probe. */
export const runProbes = (worker: PodWorker, sandbox: PodSandbox, environment: PodWorkerEnvironment): void => {
  const { now } = environment;
  for (const probe of worker.probes ?? []) {
    if (probe.nextAt > now) continue;
    const container = latestContainer(sandbox, probe.container);
    if (container?.id !== probe.containerId || container.state !== 'running') {
      probe.nextAt = NEVER;
      continue;
    }
    // A container that the status does not show yet is not probed yet (prober/worker.go doProbe).
    if (!isShown(worker, container.id)) {
      probe.nextAt = later(now, seconds(probe.spec.periodSeconds ?? 10));
      continue;
    }
    // Readiness and liveness wait until the container has started up.
    if (probe.kind !== 'startup' && !hasStarted(worker.probes, probe.container)) {
      probe.nextAt = (now + 1000) as Instant;
      continue;
    }
    const { spec } = worker.stored.value;
    const main = spec.containers.find(({ name }) => name === probe.container);
    const { ports } = main ?? spec.initContainers?.find(({ name }) => name === probe.container) ?? {};
    const contextOf = (print: CommandContext['print']): CommandContext => Object.assign({}, commandContext(sandbox, container, container.config ?? NO_CONFIG, now), { print });
    const { result, message } = probeOnce(probe.spec, { sandbox, container, ports, hostIP: environment.hostIP, contextOf }, now);
    if (result !== 'success') {
      const path = main ? `spec.containers{${probe.container}}` : `spec.initContainers{${probe.container}}`;
      environment.event(worker, 'Warning', 'Unhealthy', `${TITLES[probe.kind]} probe ${result === 'error' ? 'errored and resulted in unknown state' : 'failed'}: ${message}`, path);
    }
    if (result === 'error') {
      waitForNext(probe, now);
      continue;
    }
    const isSuccess = result === 'success';
    if (!takeOutcome(probe, isSuccess, now)) continue;
    if (probe.kind === 'startup' && isSuccess) {
      probe.nextAt = NEVER;
      showStarted(worker, probe.container, environment);
    }
    // On hold until the container has been restarted, which a sync does.
    if (probe.kind !== 'readiness' && !isSuccess) probe.nextAt = NEVER;
    if (worker.wanted === 0) worker.wanted = 1;
  }
};

const isShown = (worker: PodWorker, id: string): boolean => {
  const { containerStatuses = [], initContainerStatuses = [] } = currentStatus(worker);
  const shown = `containerd://${id}`;
  return containerStatuses.some(({ containerID }) => containerID === shown) || initContainerStatuses.some(({ containerID }) => containerID === shown);
};

/** The status manager is told of a startup before the next sync (SetContainerStartup). */
const showStarted = (worker: PodWorker, name: string, environment: PodWorkerEnvironment): void => {
  const status = currentStatus(worker);
  const shown = (statuses: readonly ContainerStatus[] | undefined): readonly ContainerStatus[] | undefined => statuses?.map((container) => (container.name === name ? Object.assign({}, container, { started: true }) : container));
  const [init, main] = [shown(status.initContainerStatuses), shown(status.containerStatuses)];
  worker.status = { ...status, ...(init && { initContainerStatuses: init }), ...(main && { containerStatuses: main }) };
  environment.statusChanged(worker);
};

const NEVER = Infinity as Instant;

const hasStarted = (probes: readonly Probe[] | undefined, container: string): boolean => !probes?.some((probe) => probe.kind === 'startup' && probe.container === container && probe.result !== true);

/** The probe that says that a container must be restarted. */
export const failedProbe = (probes: readonly Probe[], containerId: string): Probe | undefined => probes.find(({ kind, result, containerId: probed }) => kind !== 'readiness' && result === false && probed === containerId);

/** Containers that are not ready although they run. */
export const notReadyContainers = (probes: readonly Probe[]): ReadonlySet<string> | undefined => {
  let names: Set<string> | undefined;
  for (const probe of probes) if (probe.kind !== 'liveness' && probe.result !== true) (names ??= new Set()).add(probe.container);
  return names;
};

/** Containers that run but have not started up yet. */
export const notStartedContainers = (probes: readonly Probe[]): ReadonlySet<string> | undefined => {
  let names: Set<string> | undefined;
  for (const probe of probes) if (probe.kind === 'startup' && probe.result !== true) (names ??= new Set()).add(probe.container);
  return names;
};

export const nextProbe = (probes: readonly Probe[]): Instant | undefined => {
  let next: Instant | undefined;
  for (const { nextAt } of probes) if (nextAt !== NEVER && (next === undefined || nextAt < next)) next = nextAt;
  return next;
};
