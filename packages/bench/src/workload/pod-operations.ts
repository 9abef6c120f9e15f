import type { KubernetesObject } from '@naumachia/actors';
import { atRate, counter, ensureNamespace, type Execution, pauseOrEnd, podGroups, runBeside, startCollecting, stopCollecting, waitForPods } from './execution.js';
import type { CreatePods, DeletePods } from './operation.js';
import { createPodsRapidly, podsOf } from './pod-creation.js';
import { countPods } from './pod-ledger.js';
import { isSuccess, messageOf } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';

/** Creates pods, and unless told otherwise waits until all have a node. Operation `opIndex` has a namespace of its own if it names none. */
export const createPods = async (execution: Execution, operation: CreatePods, opIndex: number): Promise<void> => {
  const { count, collectMetrics, skipWaitToCompletion, steadyState } = operation;
  const namespace = operation.namespace ?? `namespace-${opIndex}`;
  await ensureNamespace(execution, namespace);
  const pods = podsOf(operation);
  if (collectMetrics) await startCollecting(execution, namespace, [namespace], {});
  if (steadyState) await createPodsSteadily(execution, operation, namespace, pods);
  else {
    await createPodsRapidly(execution.client, namespace, pods, operation, execution.over, counter(execution)(`pods in ${namespace}`, count));
    if (skipWaitToCompletion) execution.awaited.set(namespace, (execution.awaited.get(namespace) ?? 0) + count);
    else await waitForPods(execution, namespace, {}, count);
  }
  if (collectMetrics) await stopCollecting(execution);
};

/** Until the time is over: creates the pods, and once that many have been scheduled deletes all of the namespace and begins anew. */
const createPodsSteadily = async (execution: Execution, operation: CreatePods, namespace: string, pods: readonly KubernetesObject[]): Promise<void> => {
  const { count, duration } = operation;
  const until = performance.now() + duration;
  const isOver = (): boolean => performance.now() >= until || execution.over.aborted;
  const scheduled = async (): Promise<number> => countPods(await podGroups(execution), [namespace], {}).everScheduled;
  const before = await scheduled();
  for (let batch = 1; !isOver(); batch++) {
    await createPodsRapidly(execution.client, namespace, pods, operation, execution.over, () => execution.created++);
    while (!isOver() && (await scheduled()) - before < batch * count) await pauseOrEnd(2, execution.over);
    if (isOver()) break;
    const answer = await execution.client.ask({ type: 'deletecollection', resource: 'pods', namespace, options: { gracePeriodSeconds: 0, propagationPolicy: 'Background' } });
    if (answer.type === 'failure' || (answer.type === 'status' && answer.status.status !== 'Success')) throw new WorkloadFailed(`scheduled pods cannot be deleted: ${messageOf(answer)}`);
  }
  if ((await scheduled()) === before && !execution.over.aborted) throw new WorkloadFailed('no pod at all was scheduled, because of a problem or because the duration is too short');
};

/** Deletes the pods that are there when it begins. */
export const deletePods = async (execution: Execution, { namespace, labelSelector, deletePodsPerSecond, skipWaitToCompletion }: DeletePods): Promise<void> => {
  const { client, over } = execution;
  const names = deletePodsPerSecond > 0 ? (await client.list('pods', namespace, labelSelector)).map(({ header }) => header.name) : [];
  const run = async (): Promise<void> => {
    if (deletePodsPerSecond === 0) {
      const selector = Object.entries(labelSelector).map(([name, value]) => `${name}=${value}`).join(',');
      const answer = await client.ask({ type: 'deletecollection', resource: 'pods', namespace, ...(selector !== '' && { labelSelector: selector }) });
      if (!isSuccess(answer)) throw new WorkloadFailed(`pods of ${namespace} cannot be deleted: ${messageOf(answer)}`);
      return;
    }
    await atRate(names.length, deletePodsPerSecond, over, async (index) => {
      const answer = await client.ask({ type: 'delete', resource: 'pods', namespace, name: names[index] ?? '' });
      if (!isSuccess(answer)) throw new WorkloadFailed(`pod ${names[index]} cannot be deleted: ${messageOf(answer)}`);
    });
  };
  if (skipWaitToCompletion) runBeside(execution, run);
  else await run();
};
