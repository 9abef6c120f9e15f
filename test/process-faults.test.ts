import { CATALOG, clusterActors, clusterHeap, clusterPlacement, type KubernetesObject } from '@naumachia/actors';
import { createRuntime, type Incident, named, type PlacedRuntime } from '@naumachia/core';
import { afterEach, expect, it } from 'vitest';

const USER = { name: 'admin', groups: ['system:masters'] };
const API = named<never>('apiserver');
const NODES = 4;
const PODS = 8;
/** A node counts as lost after this many seconds without a sign of life (`--node-monitor-grace-period`; 50 would take a minute more). */
const GRACE_SECONDS = 12;
const AWAY_MS = 30_000;
const LIMIT_MS = 150_000;

const toleration = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 });
const DEPLOYMENT: KubernetesObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: PODS, selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { tolerations: [toleration('node.kubernetes.io/not-ready'), toleration('node.kubernetes.io/unreachable')], containers: [{ name: 'c', image: 'nginx:1.27' }] } },
  },
};

interface Item {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

let runtime: PlacedRuntime | undefined;
afterEach(() => runtime?.stop('abort'));

it('the nodes of a killed process are given up, their pods move, and they rejoin; those of a stopped one too; nothing acknowledged is lost', { timeout: LIMIT_MS * 2, retry: 1 }, async () => {
  const incidents: Incident[] = [];
  const run = (runtime = await createRuntime({
    seed: 1, placement: clusterPlacement('threads', undefined, 2), catalog: CATALOG, heap: clusterHeap, stoppedAfter: 3000, incident: (incident) => incidents.push(incident),
  }));
  await run.start(clusterActors({ nodes: NODES, latency: 'none' }).map((spec) => (spec.kind === 'controller-manager' ? { ...spec, config: { ...(spec.config as object), nodeMonitorGraceSeconds: GRACE_SECONDS } } : spec)));
  const port = run.port('test');
  const ask = async (message: object) => (await port.request(API, { user: USER, ...message } as never)) as { readonly type: string; readonly items?: readonly { readonly value: Item }[] };
  const list = async (resource: string, namespace: string) => ((await ask({ type: 'list', resource, namespace })).items ?? []).map(({ value }) => value);
  const ready = async () => (await list('nodes', '')).filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).map(({ metadata }) => metadata.name);
  const running = async () => (await list('pods', 'default')).filter(({ metadata, status }) => status?.phase === 'Running' && metadata.deletionTimestamp === undefined);
  const seen = (what: Incident['what']) => incidents.filter((incident) => incident.what === what).length;
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (const end = performance.now() + LIMIT_MS; !(await holds()); ) {
      if (performance.now() > end) throw new Error(`${holds.toString()} did not hold in time: ${JSON.stringify(incidents)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const acknowledged: string[] = [];
  const keepNote = async (): Promise<void> => {
    const name = `note-${acknowledged.length}`;
    if ((await ask({ type: 'create', fieldManager: 'test', resource: 'configmaps', namespace: 'default', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } } })).type === 'object') acknowledged.push(name);
  };

  await until(async () => (await ready()).length === NODES);
  await ask({ type: 'create', fieldManager: 'test', resource: 'deployments.apps', namespace: 'default', object: DEPLOYMENT });
  await until(async () => (await running()).length === PODS);
  expect(new Set((await running()).map(({ spec }) => spec?.nodeName)).size).toBe(NODES);

  await run.applyFaults({ actions: [{ type: 'kill', at: 0, process: 'process-2', downFor: AWAY_MS }] });
  await until(async () => {
    await keepNote();
    return (await ready()).length === NODES / 2;
  });
  const left = await ready();
  await until(async () => {
    const pods = await running();
    return pods.length === PODS && pods.every(({ spec }) => left.includes(spec?.nodeName ?? ''));
  });
  await until(async () => (await ready()).length === NODES);
  expect([seen('process-died'), seen('process-restarted')]).toEqual([1, 1]);

  const stopped = run.processes.find(({ name }) => name === 'process-1')?.pid ?? 0;
  process.kill(stopped, 'SIGSTOP');
  await until(async () => {
    await keepNote();
    return seen('process-restarted') === 2;
  });
  await until(async () => (await ready()).length === NODES && (await running()).length === PODS);
  expect(seen('process-stopped')).toBe(1);
  // What has been replaced does not come back to life.
  expect(() => process.kill(stopped, 'SIGCONT')).toThrow('ESRCH');
  expect((await list('configmaps', 'default')).map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(acknowledged));
  expect(acknowledged.length).toBeGreaterThan(2);
});
