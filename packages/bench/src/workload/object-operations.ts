import type { KubernetesObject } from '@naumachia/actors';
import { atRate, counter, ensureNamespace, type Execution, pauseOrEnd, runBeside } from './execution.js';
import type { Churn, CreateAny, UpdateAny } from './operation.js';
import { inParallel, isSuccess, messageOf, resourceOf } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';

export const createAny = async (execution: Execution, { namespace, template, count }: CreateAny): Promise<void> => {
  if (namespace !== '') await ensureNamespace(execution, namespace);
  refuseScope(template.sample, template.file, namespace);
  const created = counter(execution)(template.sample.kind, count);
  for (let index = 0; index < count && !execution.over.aborted; index++) {
    await createInTime(execution, template.make(index, count), namespace);
    created();
  }
};

/** How long an object is tried to be created, and how often: its kind may have been defined just before. */
const CREATE_WITHIN_MS = 20_000;
const CREATE_AGAIN_MS = 1000;

const createInTime = async ({ client, over }: Execution, object: KubernetesObject, namespace: string): Promise<void> => {
  for (const until = performance.now() + CREATE_WITHIN_MS; ; ) {
    try {
      await client.create(object, namespace);
      return;
    } catch (error) {
      if (!(error instanceof WorkloadFailed) || over.aborted || performance.now() > until) throw error;
      await pauseOrEnd(CREATE_AGAIN_MS, over);
    }
  }
};

export const updateAny = async (execution: Execution, { namespace, template, count, updatePerSecond, subresources }: UpdateAny): Promise<void> => {
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
export const churn = async (execution: Execution, { mode, number, intervalMilliseconds, templates, ...operation }: Churn, opIndex: number): Promise<void> => {
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
