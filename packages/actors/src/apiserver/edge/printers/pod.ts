import type { Container, ContainerStatus, Pod } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter, type RowCondition } from './printer.js';

const SUCCEEDED: readonly RowCondition[] = [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }];
const FAILED: readonly RowCondition[] = [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];

/** Pods: the Status column sums up what the containers do, and Restarts says when the last one was. */
export const podPrinter = definePrinter<Pod>({
  resource: 'pods',
  cells: (pod, now) => {
    const { ready, total, reason, restarts, lastRestart } = summary(pod);
    return [
      pod.metadata.name ?? '',
      `${ready}/${total}`,
      reason,
      restarts !== 0 && lastRestart !== '' ? `${restarts} (${ageSince(lastRestart, now)} ago)` : String(restarts),
      ageSince(pod.metadata.creationTimestamp, now),
      pod.status?.podIPs?.[0]?.ip || '<none>',
      pod.spec.nodeName || '<none>',
      pod.status?.nominatedNodeName || '<none>',
      readinessGates(pod),
    ];
  },
  conditions: (pod) => (pod.status?.phase === 'Succeeded' ? SUCCEEDED : pod.status?.phase === 'Failed' ? FAILED : undefined),
});

interface Summary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  /** A timestamp, or empty. */
  lastRestart: string;
}

const summary = (pod: Pod): Summary => {
  const status = pod.status ?? {};
  const initContainers = new Map((pod.spec.initContainers ?? []).map((container) => [container.name, container]));
  const sidecars = [...initContainers.values()].filter(isSidecar).length;
  const result: Summary = { ready: 0, total: (pod.spec.containers ?? []).length + sidecars, reason: status.reason || status.phase || '', restarts: 0, lastRestart: '' };
  if (status.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) result.reason = 'SchedulingGated';

  const initializing = addInitContainers(result, pod, initContainers);
  if (!initializing || hasCondition(pod, 'Initialized')) addContainers(result, pod, initContainers);

  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') result.reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') result.reason = 'Terminating';
  }
  return result;
};

/** Counts the init containers up to the first that is not done; says whether there is such a one. */
const addInitContainers = (result: Summary, pod: Pod, initContainers: ReadonlyMap<string, Container>): boolean => {
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [i, status] of statuses.entries()) {
    addRestarts(result, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated && terminated.exitCode === 0) continue;
    if (isSidecar(initContainers.get(status.name)) && status.started) {
      if (status.ready) result.ready++;
      continue;
    }
    if (terminated) result.reason = `Init:${terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') result.reason = `Init:${waiting.reason}`;
    else result.reason = `Init:${i}/${(pod.spec.initContainers ?? []).length}`;
    return true;
  }
  return false;
};

/** From here on only restarts of containers that still run count. */
const addContainers = (result: Summary, pod: Pod, initContainers: ReadonlyMap<string, Container>): void => {
  result.restarts = 0;
  result.lastRestart = '';
  for (const status of pod.status?.initContainerStatuses ?? []) if (isSidecar(initContainers.get(status.name))) addRestarts(result, status);
  let running = false;
  let failure = '';
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(result, status);
    const { terminated, waiting } = status.state ?? {};
    if (waiting?.reason) result.reason = waiting.reason;
    else if (terminated) {
      result.reason = terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`);
      if (terminated.exitCode !== 0) failure = result.reason;
    } else if (status.ready && status.state?.running) {
      running = true;
      result.ready++;
    }
  }
  if (result.reason !== 'Completed') return;
  if (running && hasCondition(pod, 'Ready')) result.reason = 'Running';
  else if (failure !== '') result.reason = failure;
  else if (running) result.reason = 'NotReady';
};

const addRestarts = (result: Summary, status: ContainerStatus): void => {
  result.restarts += status.restartCount;
  const finished = status.lastState?.terminated?.finishedAt;
  if (finished && (result.lastRestart === '' || Date.parse(finished) > Date.parse(result.lastRestart))) result.lastRestart = finished;
};

const isSidecar = (container: Container | undefined): boolean => container?.restartPolicy === 'Always';

const hasCondition = (pod: Pod, type: string): boolean => pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

const readinessGates = (pod: Pod): string => {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter((gate) => hasCondition(pod, gate.conditionType)).length}/${gates.length}`;
};
