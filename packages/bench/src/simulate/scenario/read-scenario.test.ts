import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '@naumachia/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawActions, drawFaults } from '../draw.js';
import { DEFAULT_SCENARIO, readScenario, scenarioPath } from './read-scenario.js';
import type { Scenario } from './scenario.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-scenario-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string): ReturnType<typeof readScenario> => {
  const path = join(folder, 'scenario.yaml');
  writeFileSync(path, text);
  return readScenario(path);
};
const errorsOf = (text: string): string[] => {
  const result = read(text);
  return 'errors' in result ? result.errors.map(({ line, field, problem }) => `${line}: ${field}: ${problem}`) : [];
};
const scenarioOf = (text: string): Scenario => {
  const result = read(text);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.scenario;
};

const DEPLOYMENT = `
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web, namespace: shop }
    spec:
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [{ name: server, image: nginx }] }
`;

describe('a scenario', () => {
  test('that says the least has the rest by default', () => {
    expect(scenarioOf('nodes: 3\n')).toMatchObject({ nodes: 3, latency: 'recorded', objects: [], load: [], faults: [], swarm: [], duration: 300_000 });
  });

  test('that comes with the package can be read', () => {
    for (const name of [DEFAULT_SCENARIO, 'idle']) expect(readScenario(scenarioPath(name))).toHaveProperty('scenario');
  });

  test('speaks of the Deployments among its manifests', () => {
    const scenario = scenarioOf(`nodes: 3\n${DEPLOYMENT}load:\n  - { at: 1s, setImage: { deployment: web, image: nginx:2 } }\n`);
    expect(scenario.load[0]?.action).toEqual({ type: 'set-image', namespace: 'shop', deployment: 'web', container: 'server', image: 'nginx:2' });
    expect(errorsOf(`nodes: 3\n${DEPLOYMENT}load:\n  - { at: 1s, restart: { deployment: wbe } }\n`)).toEqual(['13: load[0].restart.deployment: there is no Deployment "wbe" among the manifests; there are: web']);
  });

  test.each([
    ['nodes: many\n', '1: nodes: expected a whole number from 0 to 5000, found "many"'],
    ['about: x\n', '1: nodes: is missing'],
    ['nodes: 1\nfaults: none\n', '2: faults: expected a list, found "none"'],
    ['nodes: 1\nfaults:\n  - { at: 1s }\n', '3: faults[0]: expected one of kill, restart, pause, slow, partition, stall, delay, reset'],
    ['nodes: 1\nfaults:\n  - { at: 1s, kill: { actor: etcd } }\n', '3: faults[0].kill.for: is missing'],
    ['nodes: 1\nfaults:\n  - { at: 1s, times: 3, restart: { actor: etcd } }\n', '3: faults[0].times: unknown field; there are at, kill, restart, pause, slow, partition, stall, delay, reset'],
    ['nodes: 1\nswarm:\n  - { at: 1s, chance: 2, restart: { actor: etcd } }\n', '3: swarm[0].chance: expected a probability from 0 to 1, found 2'],
    ['nodes: 1\nfaults:\n  - { at: 1s, partition: { between: [etcd], for: 1s } }\n', '3: faults[0].partition.between: expected the two ends of a link, such as [apiserver, kubelet/?]'],
    ['nodes: 1\nalways: [pods-bound-twice]\n', '2: always[0]: expected one of pods-bound-once, '],
    ['nodes: 1\nmanifests: [absent.yaml]\n', '2: manifests[0]: cannot read absent.yaml: ENOENT'],
    ['nodes: 1\nmanifests:\n  - { apiVersion: v1, kind: Pond, metadata: { name: x } }\n', '3: manifests[0]: no matches for kind "Pond" in version "v1"'],
    ['nodes: [1\n', '2: : '],
  ])('that is wrong is refused with line and field: %j', (text, expected) => {
    expect(errorsOf(text)[0]?.slice(0, expected.length)).toBe(expected);
  });
});

describe('what a seed draws', () => {
  const scenario = scenarioOf.bind(undefined, `nodes: 5\nduration: 60s\n${DEPLOYMENT}load:\n  - { at: 5s, every: 5s..10s, until: 50s, deletePod: { deployment: web } }\nfaults:\n  - { at: 10s..20s, kill: { actor: node-?, for: 5m } }\nswarm:\n  - { at: 0s..1m, times: 0..4, reset: { between: [apiserver, '*'], probability: 0..0.5, for: 1s..10s } }\n`);

  test('is the same each time, and differs from seed to seed', () => {
    const plan = (seed: number) => JSON.stringify([drawFaults(scenario(), Random.named(seed, 'faults')), drawActions(scenario(), Random.named(seed, 'load'))]);
    expect(plan(1)).toBe(plan(1));
    expect(new Set([1, 2, 3, 4, 5, 6].map(plan)).size).toBe(6);
  });

  test('strikes both components of one node, and is over when everything is to be healed', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { actions = [], rules = [] } = drawFaults(scenario(), Random.named(seed, 'faults'));
      const [kubelet, proxy] = actions;
      expect(actions).toHaveLength(2);
      expect(kubelet?.actor?.replace('kubelet', 'kube-proxy')).toBe(proxy?.actor);
      for (const action of actions) expect(action.at + (action.type === 'kill' ? (action.downFor ?? 0) : 0)).toBeLessThanOrEqual(60_000);
      for (const { end } of rules) expect(end).toBeLessThanOrEqual(60_000);
    }
  });

  test('leaves a swarm of faults out of some runs altogether', () => {
    const counts = Array.from({ length: 50 }, (_, seed) => drawFaults(scenario(), Random.named(seed, 'faults')).rules?.length ?? 0);
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(10);
    expect(counts.filter((count) => count > 1).length).toBeGreaterThan(5);
  });
});
