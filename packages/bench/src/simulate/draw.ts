import type { KubernetesObject } from '@naumachia/actors';
import type { FaultAction, FaultPlan, FaultRule, LinkFault, Random } from '@naumachia/core';
import { isProcess } from './scenario/fault-fields.js';
import type { Fault, LoadStep, Scenario } from './scenario/scenario.js';
import { drawn, drawnWhole } from '../yaml/values.js';
import type { UserAction } from './user.js';

/** The faults that a seed has: those that the scenario plans, and its share of the swarm. Everything ends before `duration` does. */
export const drawFaults = ({ faults, swarm, nodes, processes = 0, duration }: Pick<Scenario, 'faults' | 'swarm' | 'nodes' | 'duration'> & { readonly processes?: number }, random: Random): FaultPlan => {
  const extent = { nodes, processes };
  const plan = { rules: [] as FaultRule[], actions: [] as FaultAction[] };
  for (const fault of faults) enter(plan, fault, extent, duration, random);
  for (const fault of swarm) {
    // Swarm testing: a run in which something never happens finds what a run with a little of everything does not.
    const isOn = random.float() < fault.chance;
    const times = drawnWhole(fault.times, random);
    if (isOn) for (let time = 0; time < times; time++) enter(plan, fault, extent, duration, random);
  }
  plan.actions.sort((a, b) => a.at - b.at);
  return plan;
};

const enter = (plan: { readonly rules: FaultRule[]; readonly actions: FaultAction[] }, fault: Fault, extent: Extent, duration: number, random: Random): void => {
  const { nodes } = extent;
  const at = Math.round(drawn(fault.at, random));
  if (at >= duration) return;
  const lasting = 'for' in fault ? Math.min(Math.max(1, Math.round(drawn(fault.for, random))), duration - at) : 0;
  switch (fault.type) {
    case 'kill':
      for (const target of targetsOf(fault.actor, extent, random)) plan.actions.push({ type: 'kill', ...target, at, downFor: lasting });
      return;
    case 'restart':
      for (const target of targetsOf(fault.actor, extent, random)) plan.actions.push({ type: 'restart', ...target, at });
      return;
    case 'pause':
      for (const target of targetsOf(fault.actor, extent, random)) plan.actions.push({ type: 'pause', ...target, at, for: lasting });
      return;
    case 'slow': {
      const perStep = drawn(fault.perStep, random);
      for (const actor of actorsOf(fault.actor, nodes, random)) plan.actions.push({ type: 'slow', actor, at, perStep, for: lasting });
      return;
    }
    case 'partition':
    case 'stall':
      return link(plan, fault.between, { type: fault.type }, fault.oneWay, 1);
    case 'delay': {
      const milliseconds = drawn(fault.by, random);
      return link(plan, fault.between, { type: 'delay', milliseconds, jitter: milliseconds }, false, 1);
    }
    case 'reset':
      return link(plan, fault.between, { type: 'reset' }, false, drawn(fault.probability, random));
  }

  function link(into: typeof plan, [one, other]: readonly [string, string], linkFault: LinkFault, oneWay: boolean, probability: number): void {
    for (const from of actorsOf(one, nodes, random)) {
      for (const to of actorsOf(other, nodes, random)) {
        into.rules.push({ from, to, bothWays: !oneWay, start: at, end: at + lasting, ...(probability < 1 && { probability }), fault: linkFault });
      }
    }
  }
};

interface Extent {
  readonly nodes: number;
  readonly processes: number;
}

/** Who ends: actors, or processes. */
const targetsOf = (name: string, { nodes, processes }: Extent, random: Random): readonly ({ readonly actor: string } | { readonly process: string })[] => {
  if (!isProcess(name)) return actorsOf(name, nodes, random).map((actor) => ({ actor }));
  return [{ process: name.endsWith('?') ? `process-${1 + random.below(processes)}` : name }];
};

/** The actors that a name of a scenario means, as the fault plan names them. */
const actorsOf = (name: string, nodes: number, random: Random): readonly string[] => {
  const kinds = name.startsWith('node-') ? ['kubelet', 'kube-proxy'] : name.startsWith('kube') ? [name.slice(0, name.indexOf('/'))] : [];
  if (kinds.length === 0) return [name];
  const number = name.slice(Math.max(name.lastIndexOf('-'), name.lastIndexOf('/')) + 1);
  if (number === '*') return kinds.map((kind) => `${kind}/*`);
  const node = number === '?' ? 1 + random.below(nodes) : Number(number);
  return kinds.map((kind) => `${kind}/node-${node}`);
};

/** What people do in a run with this seed: the objects are created, and then the load. */
export const drawActions = ({ objects, load, duration }: Scenario, random: Random): readonly UserAction[] => {
  const actions: UserAction[] = objects.map((object) => ({ at: 0, type: 'apply', object }));
  for (const step of load) {
    let at = Math.round(drawn(step.at, random));
    for (let count = 0; at < (step.until ?? duration) && (count === 0 || step.every); count++) {
      actions.push(userAction(step, at, count, objects, random));
      if (step.every) at += Math.max(1, Math.round(drawn(step.every, random)));
    }
  }
  return actions;
};

const userAction = ({ action }: LoadStep, at: number, count: number, objects: readonly KubernetesObject[], random: Random): UserAction => {
  const patch = (spec: object, subresource?: 'scale'): UserAction => ({ at, type: 'patch', namespace: action.namespace, name: action.deployment, subresource, patch: { spec } });
  switch (action.type) {
    case 'set-image':
      return patch({ template: { spec: { containers: [{ name: action.container, image: action.image }] } } });
    case 'scale':
      return patch({ replicas: drawnWhole(action.replicas, random) }, 'scale');
    case 'restart':
      return patch({ template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': `${at} ms, ${count}` } } } });
    case 'delete-pod': {
      const deployment = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === action.deployment) as unknown as { readonly spec: { readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> } } };
      const labelSelector = Object.entries(deployment.spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`).join(',');
      return { at, type: 'delete-pod', namespace: action.namespace, labelSelector, pick: random.float() };
    }
  }
};
