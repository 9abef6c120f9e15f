import { readFileSync } from 'node:fs';
import { named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../api/requests.js';
import { apiserver } from '../apiserver/index.js';
import { clusterActors } from '../cluster.js';
import { controllerManager } from '../controllers/controller-manager.js';
import { etcd } from '../etcd/index.js';
import { kubeProxy } from '../kube-proxy/kube-proxy.js';
import { kubelet } from '../kubelet/index.js';
import { scheduler } from '../scheduler/index.js';
import { Commands } from './commands.js';
import { canonical, milestones, type Scenario, withoutSteps } from './comparison.js';
import { timelineOf, watcher, type WatcherState } from './recording.js';

const RESOURCES = [
  'pods', 'services', 'endpoints', 'configmaps', 'serviceaccounts', 'replicationcontrollers', 'events', 'deployments.apps', 'replicasets.apps',
  'endpointslices.discovery.k8s.io', 'namespaces', 'nodes',
];
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const scenarioOf = (name: string): Scenario => JSON.parse(readFileSync(new URL(`../../../../test/golden/timelines/${name}.json`, import.meta.url), 'utf8')) as Scenario;

/** Plays a recorded scenario on a simulated cluster of five nodes. */
const play = (scenario: Scenario): ReturnType<typeof timelineOf> => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager, scheduler, kubelet, kubeProxy, watcher] });
  simulation.start(clusterActors({ nodes: 5, latency: 'recorded', rootCa: CA }));
  simulation.advance(seconds(20));
  const listed = simulation.ask(named<ApiRequest>('apiserver'), { type: 'list', user: { name: 'test', groups: ['system:masters'] }, resource: 'pods', namespace: '' });
  const after = listed.type === 'list' ? listed.revision : 0;
  simulation.start([{ name: 'watcher', kind: 'watcher', config: { resources: RESOURCES, after } }]);
  const files = Object.fromEntries(Object.entries(scenario.files ?? {}).map(([path, text]) => [path, [text].flat().join('\n')]));
  const commands = new Commands(simulation, scenario.name, files);
  if (scenario.ownNamespace !== true) {
    commands.run('kubectl create namespace $NS');
    simulation.advance(seconds(2));
  }
  const start = simulation.now;
  const actions = commands.play(scenario.steps, (action) => {
    const [verb, number] = action.split(' ');
    // A machine that was switched off: its kubelet does not come back by itself within the scenario.
    if (verb === 'stop') simulation.applyFaults({ actions: [{ type: 'kill', actor: `kubelet/node-${number}`, at: 0, downFor: 74_000 }] });
  });
  simulation.advance(seconds(1.5));
  const own = JSON.stringify([scenario.files ?? {}, scenario.steps, scenario.keep ?? '']);
  return timelineOf(simulation.stateOf<WatcherState>('watcher').seen, { namespace: scenario.name, start, nodes: scenario.nodes === true, own, actions });
};

/** Written by controllers alone: whatever the pace of kubelets, the milestones are the recorded ones. */
const WORKLOADS = ['Deployment', 'ReplicaSet', 'ReplicationController', 'Namespace', 'ConfigMap', 'ServiceAccount'];

const EXACT = [
  'deploy-create', 'deploy-delete', 'deploy-delete-foreground', 'deploy-min-ready', 'deploy-paused', 'deploy-recreate', 'deploy-rollback', 'deploy-scale',
  'deploy-rolling-0-1', 'deploy-rolling-1-0', 'deploy-rolling-2-2', 'finalizers', 'gc-owner-gone', 'namespace-new', 'node-cordon', 'node-failure', 'node-taint-evict',
  'rc-create-scale', 'rs-adopt-release', 'rs-pod-deleted', 'service-endpoints', 'service-not-ready',
];

/** In these the recorded run was decided by a race that another run decides otherwise: when a pod became ready, whose write came first. */
const PACED = ['deploy-deadline', 'deploy-delete-orphan', 'deploy-rolling-25', 'deploy-rolling-interrupted'];

const settled = (final: readonly unknown[]): readonly string[] => final.filter((object) => !['Pod', 'Node'].includes((object as { kind: string }).kind)).map(canonical);
/** Each step of a rollout is a generation of its sets. */
const withoutGenerations = (text: string): string => text.replace(/"(observedG|g)eneration":\d+,?/g, '');

describe('controllers write what the recorded ones wrote', () => {
  test.each(EXACT)('%s', (name) => {
    const scenario = scenarioOf(name);
    const played = play(scenario);
    expect(Object.fromEntries(milestones(played.timeline, WORKLOADS))).toEqual(Object.fromEntries(milestones(scenario.timeline, WORKLOADS)));
    expect(settled(played.final)).toEqual(settled(scenario.final));
  });

  test.each(PACED)('%s, in steps of its own', (name) => {
    const scenario = scenarioOf(name);
    const played = play(scenario);
    expect(Object.fromEntries(withoutSteps(milestones(played.timeline, WORKLOADS)))).toEqual(Object.fromEntries(withoutSteps(milestones(scenario.timeline, WORKLOADS))));
    expect(settled(played.final).map(withoutGenerations)).toEqual(settled(scenario.final).map(withoutGenerations));
  });
});
