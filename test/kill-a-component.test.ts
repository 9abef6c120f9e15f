import { type FaultAction, named } from '@naumachia/core';
import { afterEach, describe, expect, it } from 'vitest';
import { arms, type Run } from './arms.js';

const USER = { name: 'admin', groups: ['system:masters'] };
const API_SERVER = named('apiserver');
const NAMESPACE = 'default';

/** What the API answers, as far as these tests look. */
interface Answer {
  readonly type: string;
  readonly items?: readonly { readonly value: { readonly metadata: { readonly name: string }; readonly status?: { readonly phase?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] } } }[];
  readonly status?: { readonly reason?: string };
}

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: NAMESPACE },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } },
});
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data: { name } });

describe.each(arms(['crossing']))('a component is killed, $name', (arm) => {
  let run: Run;
  afterEach(() => run?.stop('abort'));

  const ask = async (message: object) => (await run.request(API_SERVER, { user: USER, ...message } as never)) as unknown as Answer;
  const list = async (resource: string, namespace = NAMESPACE) => (await ask({ type: 'list', resource, namespace })).items ?? [];
  const create = (resource: string, object: object) => ask({ type: 'create', fieldManager: 'test', resource, namespace: NAMESPACE, object });
  const created = (answer: Answer) => answer.type === 'object' || answer.status?.reason === 'AlreadyExists';
  const running = async () => (await list('pods')).filter((pod) => pod.value.status?.phase === 'Running').length;
  const ready = async () => (await list('nodes', '')).filter((node) => node.value.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length;

  // In `threads` the thread itself is terminated; where components share a host, the one is ended.
  const kill = (component: string): FaultAction => ({ type: 'kill', at: 0, ...(arm.name.startsWith('threads') ? { host: component } : { actor: component }) });

  it.each(['kubelet/node-2', 'etcd', 'apiserver', 'scheduler', 'controller-manager'])('when %s dies the rest goes on, it is restarted, and nothing that was acknowledged is lost', async (component) => {
    run = await arm.start({ module: 'cluster-catalog.mjs' });
    await run.until(async () => (await ready()) === 3);
    expect(created(await create('deployments.apps', deployment('before', 3)))).toBe(true);
    await run.until(async () => (await running()) === 3);

    const acknowledged: string[] = [];
    for (let n = 0; n < 40; n++) {
      if (n === 10) await run.applyFaults({ actions: [kill(component)] });
      if ((await create('configmaps', configMap(`map-${n}`))).type === 'object') acknowledged.push(`map-${n}`);
    }
    await run.until(async () => created(await create('deployments.apps', deployment('after', 3))));
    await run.until(async () => (await running()) === 6);
    const names = (await list('configmaps')).map((map) => map.value.metadata.name);
    expect(acknowledged.length).toBeGreaterThan(9);
    expect(names).toEqual(expect.arrayContaining(acknowledged));
  });
});
