import { type ActorSpec, milliseconds, named, seconds, Simulation } from '@naumachia/core';
import type { ApiRequest, Stored } from '../api/requests.js';
import { apiserver } from '../apiserver/index.js';
import { clusterActors, nodes } from '../cluster.js';
import { controllerManager } from '../controllers/controller-manager.js';
import { etcd } from '../etcd/index.js';
import { kubeProxy } from '../kube-proxy/kube-proxy.js';
import { kubelet } from '../kubelet/index.js';
import type { KubeletConfig } from '../kubelet/kubelet-config.js';
import { scheduler } from '../scheduler/index.js';
import { paceOf, phasesOf, type Schedule } from './pace.js';
import { timelineOf, watcher, type WatcherState } from './recording.js';
import type { Scenario, Timeline } from './scenario.js';
import { runScript, shellOf } from './script.js';
import { imagesAtStart } from './warm-images.js';

const RESOURCES = [
  'pods', 'services', 'endpoints', 'configmaps', 'serviceaccounts', 'replicationcontrollers', 'events', 'deployments.apps', 'replicasets.apps',
  'endpointslices.discovery.k8s.io', 'namespaces', 'nodes',
];
const NODES = 5;
const FOREVER = 1e9;
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** Plays a recorded scenario on a simulated cluster of five nodes; the schedule decides every race. */
export const play = (scenario: Scenario, schedule: Schedule): Timeline => {
  const phases = phasesOf(schedule, scenario.nodes === true);
  const simulation = new Simulation({ seed: 1 + (schedule[0] ?? 0), definitions: [etcd, apiserver, controllerManager, scheduler, kubelet, kubeProxy, watcher] });
  const images = imagesAtStart(scenario, NODES);
  simulation.start(clusterActors({ nodes: 0, latency: 'recorded', rootCa: CA }));
  simulation.advance(phases.nodesJoin);
  const specs = nodes(NODES, 'recorded').map((spec) => (spec.kind === 'kubelet' ? withImages(spec, images) : spec));
  simulation.start(specs);
  simulation.advance(phases.warmUp);
  const before: Stored[] = [];
  let after = 0;
  const resources = scenario.nodes === true ? [...RESOURCES, 'leases.coordination.k8s.io'] : RESOURCES;
  for (const resource of resources) {
    const listed = simulation.ask(named<ApiRequest>('apiserver'), { type: 'list', user: { name: 'recorder', groups: ['system:masters'] }, resource, namespace: '' });
    if (listed.type !== 'list') throw new Error(`no list of ${resource}: ${JSON.stringify(listed)}`);
    // Each ask takes no time that another could write in, so the revisions differ only by what is not shown twice.
    after = after === 0 ? listed.revision : Math.min(after, listed.revision);
    before.push(...listed.items);
  }
  simulation.start([{ name: 'watcher', kind: 'watcher', config: { resources, after } }]);
  if (scenario.ownNamespace !== true) {
    shellOf(simulation, scenario)('kubectl create namespace $NS', milliseconds(0));
    simulation.advance(seconds(2));
  }
  const start = simulation.now;
  let step = 0;
  const actions = runScript(simulation, scenario, {
    begins: () => simulation.applyFaults({ rules: paceOf(schedule, ++step) }),
    node: (action) => {
      const [verb, number] = action.split(' ');
      const actor = `kubelet/node-${number}`;
      // A machine that is switched off stays so until the scenario starts it.
      if (verb === 'stop') simulation.applyFaults({ rules: paceOf(schedule, step), actions: [{ type: 'kill', actor, at: 0, downFor: FOREVER }] });
      else if (Number(number) > NODES) simulation.start(nodes(1, 'recorded', Number(number)));
      else simulation.start(specs.filter(({ name }) => name === actor));
    },
  });
  simulation.advance(milliseconds((scenario.settle ?? 1.5) * 1000));
  const own = JSON.stringify([scenario.files ?? {}, scenario.steps, scenario.keep ?? '']);
  return timelineOf(before, simulation.stateOf<WatcherState>('watcher').seen, { namespace: scenario.name, start, nodes: scenario.nodes === true, own, actions });
};

const withImages = (spec: ActorSpec, images: ReadonlyMap<string, readonly string[]>): ActorSpec => {
  const config = spec.config as KubeletConfig;
  return { ...spec, config: { ...config, images: images.get(config.node) ?? [] } };
};
