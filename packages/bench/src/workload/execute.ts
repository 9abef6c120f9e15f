import { counter, type Execution, pauseOrEnd, startCollecting, stopCollecting, waitForPods } from './execution.js';
import { createNodes } from './node-creation.js';
import { churn, createAny, updateAny } from './object-operations.js';
import type { Barrier, CreateNamespaces, Operation } from './operation.js';
import { createPods, deletePods } from './pod-operations.js';
import { isSuccess, messageOf } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';

/** Carries one operation out, as executor.go and operations.go of scheduler_perf do (Kubernetes 1.36). `opIndex` is its number, from 0. */
export const execute = async (execution: Execution, operation: Operation, opIndex: number): Promise<void> => {
  const created = counter(execution);
  switch (operation.opcode) {
    case 'createNodes':
      await createNodes(execution.client, operation, opIndex, execution.nodes, execution.random, execution.over, created('nodes', operation.count));
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

const barrier = async (execution: Execution, { namespaces, labelSelector, stageRequirement }: Barrier): Promise<void> => {
  const { awaited } = execution;
  for (const namespace of namespaces) if (!awaited.has(namespace)) throw new WorkloadFailed(`unknown namespace ${namespace}`);
  const waited = namespaces.length > 0 ? namespaces : [...awaited.keys()];
  for (const namespace of waited) await waitForPods(execution, namespace, labelSelector, awaited.get(namespace) ?? 0, stageRequirement);
  // After it there is nothing pending there; a barrier for attempts leaves them to be waited for again.
  if (stageRequirement === 'Scheduled') for (const namespace of waited) awaited.delete(namespace);
};
