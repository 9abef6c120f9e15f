import { type KubernetesObject } from '@naumachia/actors';
import { ensureNamespace, type Execution, pauseOrEnd, podGroups, runBeside, startCollecting, stopCollecting, waitForPods } from './execution.js';
import { createNodes } from './node-creation.js';
import type { Barrier, Churn, CreateAny, CreateNamespaces, CreatePods, DeletePods, Operation, UpdateAny } from './operation.js';
import { createPodsRapidly, podsOf } from './pod-creation.js';
import { countPods } from './pod-ledger.js';
import { inParallel, isSuccess, messageOf, resourceOf } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';

/** Carries one operation out, as executor.go and operations.go of scheduler_perf do (Kubernetes 1.36). `opIndex` is its number, from 0. */
export const execute = async (execution: Execution, operation: Operation, opIndex: number): Promise<void> => {
  const created = counter(execution);
  switch (operation.opcode) {
    case 'createNodes':
      await createNodes(execution.client, operation, opIndex, execution.nodes, execution.random, created('nodes', operation.count));
      execution.nodes += operation.count;
      return;
    case 'createNamespaces':
      return createNamespaces(execution, operation);
    case 'createPods':
      return createPods(execution, operation, opIndex);
    case 'deletePods':
      return deletePods(execution, operation);
    case 'createAny':
      return createAny(execution, operation);
    case 'updateAny':
      return updateAny(execution, operation);
    case 'churn':
      return churn(execution, operation, opIndex);
    case 'barrier':
      return barrier(execution, operation);
    case 'sleep':
      return pauseOrEnd(operation.duration, execution.over);
    case 'startCollectingMetrics':
      return startCollecting(execution, operation.name, operation.namespaces, operation.labelSelector);
    case 'stopCollectingMetrics':
      return stopCollecting(execution);
    case 'allocResourceClaims':
    case 'createResourceClaims':
    case 'createResourceDriver':
      throw new WorkloadFailed(`the operation ${operation.opcode} is not built`);
  }
};

const counter = (execution: Execution) => (what: string, of: number): (() => void) => {
  let done = 0;
  return () => {
    execution.created++;
    if (++done % 100 === 0 || done === of) execution.show(`${done.toLocaleString('en')} of ${of.toLocaleString('en')} ${what} created`);
  };
};

const createNamespaces = async (execution: Execution, { prefix, count, template }: CreateNamespaces): Promise<void> => {
  const created = counter(execution)('namespaces', count);
  for (let index = 0; index < count && !execution.over.aborted; index++) {
    const name = `${prefix}-${index}`;
    const object = template?.make(index, count) ?? { apiVersion: 'v1', kind: 'Namespace', metadata: {} };
    const answer = await execution.client.ask({ type: 'create', resource: 'namespaces', namespace: '', object: { ...object, metadata: { ...object.metadata, name } }, brief: true });
    const isThere = answer.type === 'status' && answer.status.reason === 'AlreadyExists';
    if (!isSuccess(answer) && !isThere) throw new WorkloadFailed(`namespace ${name} was refused: ${messageOf(answer)}`);
    if (!execution.awaited.has(name)) execution.awaited.set(name, 0);
    created();
  }
};

const createPods = async (execution: Execution, operation: CreatePods, opIndex: number): Promise<void> => {
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

const deletePods = async (execution: Execution, { namespace, labelSelector, deletePodsPerSecond, skipWaitToCompletion }: DeletePods): Promise<void> => {
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

/** One after another, each at its tick; what takes longer than a tick delays the next. */
const atRate = async (count: number, perSecond: number, over: AbortSignal, each: (index: number) => Promise<void>): Promise<void> => {
  const began = performance.now();
  for (let index = 0; index < count && !over.aborted; index++) {
    const due = began + ((index + 1) * 1000) / perSecond;
    if (performance.now() < due) await pauseOrEnd(due - performance.now(), over);
    if (!over.aborted) await each(index);
  }
};

const createAny = async (execution: Execution, { namespace, template, count }: CreateAny): Promise<void> => {
  if (namespace !== '') await ensureNamespace(execution, namespace);
  refuseScope(template.sample, template.file, namespace);
  const created = counter(execution)(template.sample.kind, count);
  for (let index = 0; index < count && !execution.over.aborted; index++) {
    await execution.client.create(template.make(index, count), namespace);
    created();
  }
};

const updateAny = async (execution: Execution, { namespace, template, count, updatePerSecond, subresources }: UpdateAny): Promise<void> => {
  const { client, over } = execution;
  if (namespace !== '') await ensureNamespace(execution, namespace);
  refuseScope(template.sample, template.file, namespace);
  const { groupResource: resource } = resourceOf(template.sample);
  const update = async (index: number): Promise<void> => {
    const object = template.make(index, count);
    const name = object.metadata.name ?? '';
    // The object (or its subresources), and its status after it.
    for (const subresource of [subresources.join('/'), 'status']) {
      const answer = await client.ask({ type: 'update', resource, namespace, name, object, brief: true, ...(subresource !== '' && { subresource }) });
      if (!isSuccess(answer)) throw new WorkloadFailed(`${object.kind} ${name}${subresource === '' ? '' : ` (${subresource})`} cannot be updated: ${messageOf(answer)}`);
    }
    if ((index + 1) % 100 === 0) execution.show(`${index + 1} of ${count} ${object.kind} updated`);
  };
  if (updatePerSecond > 0) await atRate(count, updatePerSecond, over, update);
  else await inParallel(count, 1, async (index) => (over.aborted ? undefined : update(index)));
};

const refuseScope = (object: KubernetesObject, file: string, namespace: string): void => {
  const { namespaced } = resourceOf(object);
  if (namespaced === (namespace !== '')) return;
  throw new WorkloadFailed(namespaced ? `a namespace is missing for the ${object.kind} of ${file}` : `the ${object.kind} of ${file} has no namespace, and the operation names ${namespace}`);
};

/** Creates an object of each template at every tick; in the mode `recreate`, of which objects there are `number` at most, then deletes them one by one. */
const churn = async (execution: Execution, { mode, number, intervalMilliseconds, templates, ...operation }: Churn, opIndex: number): Promise<void> => {
  const { client, over } = execution;
  const namespace = operation.namespace ?? `namespace-${opIndex}`;
  await ensureNamespace(execution, namespace);
  const slots = templates.map(() => Array.from({ length: mode === 'recreate' ? number : 0 }, () => ''));
  const tick = async (count: number): Promise<void> => {
    for (const [index, { sample }] of templates.entries()) {
      const { groupResource: resource, namespaced } = resourceOf(sample);
      const within = namespaced ? namespace : '';
      const slot = count % Math.max(1, number);
      const there = slots[index]?.[slot] ?? '';
      if (there === '') {
        const answer = await client.ask({ type: 'create', resource, namespace: within, object: sample, brief: true });
        // What is refused is left out, as by scheduler_perf.
        if (mode === 'recreate' && answer.type === 'written') (slots[index] as string[])[slot] = answer.name;
        continue;
      }
      (slots[index] as string[])[slot] = '';
      const answer = await client.ask({ type: 'delete', resource, namespace: within, name: there });
      if (!isSuccess(answer) && !over.aborted) throw new WorkloadFailed(`${sample.kind} ${there} cannot be deleted: ${messageOf(answer)}`);
    }
  };
  const most = mode === 'create' && number > 0 ? number : Number.POSITIVE_INFINITY;
  runBeside(execution, async () => atRate(most, 1000 / intervalMilliseconds, over, tick));
};

const barrier = async (execution: Execution, { namespaces, labelSelector, stageRequirement }: Barrier): Promise<void> => {
  const { awaited } = execution;
  for (const namespace of namespaces) if (!awaited.has(namespace)) throw new WorkloadFailed(`unknown namespace ${namespace}`);
  const waited = namespaces.length > 0 ? namespaces : [...awaited.keys()];
  for (const namespace of waited) await waitForPods(execution, namespace, labelSelector, awaited.get(namespace) ?? 0, stageRequirement);
  // After it there is nothing pending there; a barrier for attempts leaves them to be waited for again.
  if (stageRequirement === 'Scheduled') for (const namespace of waited) awaited.delete(namespace);
};
