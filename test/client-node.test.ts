import { PassThrough } from 'node:stream';
import { AppsV1Api, CoreV1Api, Exec, KubeConfig, Log, PatchStrategy, setHeaderOptions, type V1Pod, Watch } from '@kubernetes/client-node';
import { type Cluster, startCluster } from 'naumachia';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The official JavaScript client works against the kubeconfig of a cluster within the same program. */

let cluster: Cluster;
let config: KubeConfig;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
}, 60_000);
afterAll(() => cluster.stop());

const pod = (name: string, image: string, command?: string[]): V1Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: { containers: [{ name: 'main', image, ...(command && { command }) }] } });

const read = async (stream: PassThrough, wanted: string): Promise<string> => {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes(wanted)) break;
  }
  return text;
};

it('lists, creates, reads, patches and deletes', async () => {
  const core = config.makeApiClient(CoreV1Api);
  expect((await core.listNode()).items.map(({ metadata }) => metadata?.name)).toEqual(['node-1', 'node-2']);
  const apps = config.makeApiClient(AppsV1Api);
  await apps.createNamespacedDeployment({
    namespace: 'default',
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } } } },
  });
  await cluster.waitFor('Deployment', 'web', 'Available');
  const pods = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' });
  expect(pods.items.map(({ status }) => status?.phase)).toEqual(['Running', 'Running']);
  const patched = await apps.patchNamespacedDeployment({ namespace: 'default', name: 'web', body: { spec: { replicas: 0 } } }, setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch));
  expect(patched.spec?.replicas).toBe(0);
  await cluster.waitFor('Pod', { labelSelector: 'app=web' }, 'deleted');
  await apps.deleteNamespacedDeployment({ namespace: 'default', name: 'web' });
  await expect(apps.readNamespacedDeployment({ namespace: 'default', name: 'web' })).rejects.toMatchObject({ code: 404 });
});

it('watches, and sees what the typed client of the same cluster does', async () => {
  const seen: string[] = [];
  let request: { abort(): void } | undefined;
  await new Promise<void>((resolve, reject) => {
    new Watch(config)
      .watch('/api/v1/namespaces/default/configmaps', { labelSelector: 'watched=yes' }, (type: string, object: { readonly metadata: { readonly name: string } }) => {
        seen.push(`${type} ${object.metadata.name}`);
        if (seen.length === 2) resolve();
      }, (error: unknown) => (seen.length < 2 ? reject(error) : undefined))
      .then(async (started) => {
        request = started;
        await cluster.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', labels: { watched: 'yes' } } });
        await cluster.client.delete('ConfigMap', 'settings');
      }, reject);
  });
  request?.abort();
  expect(seen).toEqual(['ADDED settings', 'DELETED settings']);
});

it('runs commands in containers and reads their logs', async () => {
  const core = config.makeApiClient(CoreV1Api);
  await core.createNamespacedPod({ namespace: 'default', body: pod('box', 'busybox', ['sh', '-c', 'echo hello; sleep 3600']) });
  await cluster.waitFor('Pod', 'box', 'Running');

  const output = new PassThrough();
  const status = await new Promise<{ readonly status?: string }>((resolve, reject) => {
    new Exec(config).exec('default', 'box', 'main', ['echo', 'from inside'], output, null, null, false, resolve).catch(reject);
  });
  expect(status.status).toBe('Success');
  expect(String(output.read())).toContain('from inside');

  const log = new PassThrough();
  const following = await new Log(config).log('default', 'box', 'main', log, { follow: true });
  expect(await read(log, 'hello')).toContain('hello\n');
  following.abort();
});
