import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Cluster, type ClusterOptions, InvalidCluster, InvalidManifest, InvalidObject, startCluster, UnknownKind, UnknownTarget, WaitTimeout } from 'naumachia';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: nginx, image: nginx }] }
`;

const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'main', image: 'nginx' }] } }) as const;

const MODES: readonly (readonly [string, ClusterOptions])[] = [
  ['on the thread of its caller', {}],
  ['packed on two threads', { mode: 'packed', hosts: 2 }],
  ['with a thread for each component', { mode: 'threads' }],
  ['in virtual time', { mode: 'simulated' }],
];

describe.each(MODES)('a cluster %s', { timeout: 180_000 }, (_how, options) => {
  it('runs what is applied, shows it, breaks, heals, and leaves nothing', async () => {
    await using cluster = await startCluster({ nodes: 2, ...options });
    const nodes = await cluster.client.list('Node');
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['node-1', 'node-2']);
    const [applied] = await cluster.apply(DEPLOYMENT);
    expect(applied).toMatchObject({ kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } });
    const deployment = await cluster.waitFor('Deployment', 'web', 'Available');
    expect(deployment.status?.availableReplicas).toBe(2);
    const pods = await cluster.waitFor('Pod', { labelSelector: 'app=web' }, 'Ready');
    expect(pods).toHaveLength(2);

    await cluster.faults.kill('apiserver', { for: '200ms' });
    await cluster.client.patch('Deployment', 'web', { spec: { replicas: 3 } }).catch(() => undefined);
    await cluster.waitFor(async () => (await cluster.client.list('Pod').catch(() => [])).length >= 2);
    await cluster.faults.heal();
    await cluster.client.patch('Deployment', 'web', { spec: { replicas: 3 } });
    await cluster.waitFor('Deployment', 'web', ({ status }) => status?.availableReplicas === 3);
    expect(await cluster.trace.text({ about: 'kubelet/node-1', last: 5 })).toMatch(/^ +\d+\.\d{4} s {2}kubelet\/node-1: /m);
  });
});

describe('the client of a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 1 });
  }, 60_000);
  afterAll(() => cluster.stop());

  it('creates, reads, replaces, patches, applies and deletes', async () => {
    const { client } = cluster;
    const created = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: '1' } });
    expect(created.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(created.metadata.managedFields).toBeUndefined();
    const updated = await client.update({ ...created, data: { a: '2' } });
    await expect(client.update({ ...created, data: { a: '3' } })).rejects.toMatchObject({ name: 'ApiError', reason: 'Conflict', code: 409 });
    expect((await client.patch('ConfigMap', 'settings', { data: { b: '4' } })).data).toEqual({ a: '2', b: '4' });
    expect((await client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { c: '5' } })).data).toEqual({ a: '2', b: '4', c: '5' });
    expect(Number((await client.get('ConfigMap', 'settings')).metadata.resourceVersion)).toBeGreaterThan(Number(updated.metadata.resourceVersion));
    await client.delete('ConfigMap', 'settings');
    await expect(client.get('ConfigMap', 'settings')).rejects.toThrow('configmaps "settings" not found');
  });

  it('gives copies: what its user changes is nobody else’s', async () => {
    const given = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', labels: { app: 'web' } }, data: { a: '1' } } as const;
    const created = await cluster.client.create(given);
    Object.assign(given.data, { a: 'changed' });
    Object.assign(created.data ?? {}, { a: 'changed' });
    Object.assign(created.metadata.labels ?? {}, { app: 'changed' });
    const read = await cluster.client.get('ConfigMap', 'shared');
    expect([read.data, read.metadata.labels]).toEqual([{ a: '1' }, { app: 'web' }]);
  });

  it('watches from what is there to what comes, and only what is selected', async () => {
    const { client } = cluster;
    const seen: string[] = [];
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first', labels: { watched: 'yes' } } });
    const watch = client.watch('ConfigMap', { labelSelector: 'watched=yes' });
    for await (const { type, object } of watch) {
      seen.push(`${type} ${object.metadata.name}`);
      if (seen.length === 1) {
        await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unseen' } });
        await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'second', labels: { watched: 'yes' } } });
        await client.patch('ConfigMap', 'second', { metadata: { labels: { watched: 'no' } } });
        await client.patch('ConfigMap', 'first', { data: { a: '1' } });
        await client.delete('ConfigMap', 'first');
      }
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(['ADDED first', 'ADDED second', 'DELETED second', 'MODIFIED first', 'DELETED first']);
  });

  it('ends a watch when it is told to, and names what it refuses', async () => {
    const ended = new AbortController();
    const watch = cluster.client.watch('Pod', { signal: ended.signal });
    const over = watch.next();
    ended.abort();
    expect(await over).toEqual({ value: undefined, done: true });
    await expect(cluster.client.watch('Pod', { labelSelector: '!' }).next()).rejects.toBeInstanceOf(ApiError);
    await expect(cluster.client.watch('Pod', { fieldSelector: 'spec.colour=red' }).next()).rejects.toThrow('field label not supported: spec.colour');
  });

  it('waits until what is deleted is gone', async () => {
    await cluster.client.create(pod('brief'));
    await cluster.waitFor('Pod', 'brief', 'Running');
    await cluster.client.delete('Pod', 'brief', { gracePeriodSeconds: 0 });
    await cluster.waitFor('Pod', 'brief', 'deleted');
    await expect(cluster.client.get('Pod', 'brief')).rejects.toMatchObject({ reason: 'NotFound' });
  });
});

describe('a mistake is named', () => {
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 1 });
    folder = mkdtempSync(join(tmpdir(), 'naumachia-embedding-'));
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each<[string, object, string]>([
    ['a number of nodes that is none', { nodes: -1 }, 'nodes: expected a whole number from 0'],
    ['a mode that there is not', { mode: 'sideways' }, 'mode: '],
    ['a field that there is not', { node: 3 }, 'node'],
    ['a group of nodes that cannot be', { nodeGroups: [{ name: 'Big', count: 2 }] }, 'nodeGroups[0].name'],
    ['more threads than a process holds', { mode: 'threads', nodes: 5000 }, 'nodes: 5000 nodes in threads mode need'],
    ['a number of threads where there are none', { mode: 'simulated', hosts: 2 }, 'hosts: mode simulated has no number of hosts'],
  ])('in options: %s', async (_what, options, message) => {
    const error = await startCluster(options as ClusterOptions).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidCluster);
    expect(String(error)).toContain(message);
  });

  it('in manifests, with the line, and nothing of them is applied', async () => {
    const file = join(folder, 'web.yaml');
    writeFileSync(file, `${DEPLOYMENT}---\n${DEPLOYMENT.replace('replicas', 'replica')}`);
    const error = await cluster.apply(file).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidManifest);
    expect(String(error)).toContain(`${file}:15: unknown field "spec.replica"`);
    await expect(cluster.client.get('Deployment', 'web')).rejects.toMatchObject({ reason: 'NotFound' });
    await expect(cluster.apply(join(folder, 'nowhere.yaml'))).rejects.toThrow('ENOENT');
  });

  it('in objects', async () => {
    await expect(cluster.client.create({ ...pod('a'), spec: { containers: [{ name: 'main', image: 'nginx', prot: 80 }] } } as never)).rejects.toThrow('unknown field "spec.containers[0].prot"');
    await expect(cluster.client.create({ ...pod('a'), spec: { containers: 'nginx' } } as never)).rejects.toBeInstanceOf(InvalidObject);
    await expect(cluster.client.create({ ...pod('a'), spec: { containers: [] } })).rejects.toThrow('spec.containers: Required value');
    await expect(cluster.client.get('Pods' as never, 'a')).rejects.toThrow('there is no kind "Pods"; write "Pod"');
    await expect(cluster.client.create({ apiVersion: 'v1', kind: 'Deployment', metadata: { name: 'a' } } as never)).rejects.toBeInstanceOf(UnknownKind);
  });

  it('in faults, and where the clock is the wall’s', async () => {
    await expect((async () => cluster.faults.kill('node-9'))()).rejects.toBeInstanceOf(UnknownTarget);
    await expect((async () => cluster.faults.pause('etcd', { for: 'long' as never }))()).rejects.toThrow("for: expected a time such as '500ms'");
    await expect(cluster.clock.advance('1s')).rejects.toThrow("start the cluster with mode: 'simulated'");
  });

  it('in waiting: the error shows the state and the Events of what did not come', async () => {
    await cluster.client.create({ ...pod('greedy'), spec: { containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '64' } } }] } });
    const error = await cluster.waitFor('Pod', 'greedy', 'Running', { limit: '300ms' }).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaitTimeout);
    expect(String(error)).toContain('Pod greedy: Running did not come within 0.3 s');
    expect(String(error)).toContain('phase: Pending');
    expect(String(error)).toMatch(/Warning FailedScheduling: 0\/1 nodes are available: 1 Insufficient cpu/);
    await expect(cluster.waitFor('Pod', 'nobody', 'Running', { limit: 50 })).rejects.toThrow('there is no such Pod in namespace default');
    await expect(cluster.waitFor(() => false, { limit: 30 })).rejects.toThrow('() => false did not come within 0.03 s');
  });
});

describe('a cluster in virtual time', () => {
  it('lets five minutes pass in a moment, and moves the pods of a node that has died', async () => {
    await using cluster = await startCluster({ nodes: 2, mode: 'simulated', latency: 'recorded' });
    await cluster.apply(DEPLOYMENT);
    await cluster.waitFor('Deployment', 'web', 'Available');
    await cluster.faults.kill('node-1', { for: '1h' });
    const before = cluster.clock.now();
    await cluster.clock.advance('7m');
    expect(cluster.clock.now().getTime() - before.getTime()).toBe(7 * 60_000);
    const pods = await cluster.client.list('Pod', { labelSelector: 'app=web' });
    expect(pods.filter(({ metadata, spec }) => metadata.deletionTimestamp === undefined && spec.nodeName === 'node-2')).toHaveLength(2);
  });

  it('is the same again with the same seed, and another with another', async () => {
    const run = async (seed: number): Promise<string | undefined> => {
      await using cluster = await startCluster({ nodes: 2, mode: 'simulated', seed });
      await cluster.apply(DEPLOYMENT);
      // A program under test, which does something whenever it sees something, and now and then without.
      const over = new AbortController();
      const counting = (async () => {
        let seen = 0;
        for await (const { type } of cluster.client.watch('Pod', { signal: over.signal })) {
          await cluster.client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen' }, data: { [type]: String(++seen) } }).catch(() => undefined);
          if (seen % 3 === 0) await cluster.clock.sleep('700ms');
        }
      })();
      await cluster.faults.pause('node-1', { for: '30s' });
      await cluster.faults.kill('apiserver', { for: '2s' });
      await cluster.waitFor('Deployment', 'web', 'Available');
      await cluster.clock.advance('1m');
      over.abort();
      await counting;
      return cluster.trace.hash;
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

it('several clusters in one process know nothing of one another', async () => {
  await using one = await startCluster({ nodes: 1 });
  await using other = await startCluster({ nodes: 2 });
  await one.client.create(pod('only-here'));
  expect(await other.client.list('Pod')).toEqual([]);
  expect(await other.client.list('Node')).toHaveLength(2);
  expect(one.url).not.toBe(other.url);
});
