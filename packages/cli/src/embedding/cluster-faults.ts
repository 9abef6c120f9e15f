import { CONTROL_PLANE_COMPONENTS, NODE_COMPONENTS } from '@naumachia/actors';
import { between, type FaultAction, type FaultPlan, type FaultRule, type Instant, remainingPlan, type Runtime } from '@naumachia/core';
import { UnknownTarget } from './errors.js';
import { millisecondsOf, type TimeSpan } from './time-span.js';

/** How long a fault lasts. */
export interface Lasting {
  readonly for: TimeSpan;
}

/**
 * Breaks a cluster. A target is a component (`etcd`, `apiserver`, `scheduler`, `controller-manager`, `kubelet/node-1`, `kubelet/*`), or a node
 * (`node-1`), which stands for its kubelet and its kube-proxy. Faults add up; each begins when it is asked for.
 */
export interface ClusterFaults {
  /** Ends the target at once. It comes back after `for`, or as soon as its supervisor restarts it (within a second or so). */
  kill(target: string, lasting?: Lasting): Promise<void>;
  /** Stops the target in order, and starts it again at once. */
  restart(target: string): Promise<void>;
  /** The target does nothing; what is sent to it waits. */
  pause(target: string, lasting: Lasting): Promise<void>;
  /** Each step of the target takes `by` longer. */
  slow(target: string, by: TimeSpan, lasting: Lasting): Promise<void>;
  /** Nothing passes between the two, in either direction; connections break after 15 s, as TCP's do. Until `heal`, or for as long as is said. */
  partition(one: string, other: string, lasting?: Partial<Lasting>): Promise<void>;
  /** Messages between the two take longer, in either direction. Until `heal`, or for as long as is said. */
  delay(one: string, other: string, by: TimeSpan, lasting?: Partial<Lasting>): Promise<void>;
  /** Adds a plan of faults, whose times count from now. What it names is exactly what it says: it knows components, no nodes. */
  apply(plan: FaultPlan): Promise<void>;
  /** Ends what is in force on links, and forgets what was still to come. What was killed or paused comes back at its time. */
  heal(): Promise<void>;
}

const CONTROL_PLANE: readonly string[] = CONTROL_PLANE_COMPONENTS;

/** The faults of the cluster that a runtime runs. The runtime knows one plan at a time: what is asked for later is added to what is left of it. */
export const clusterFaults = (runtime: Runtime, now: () => Instant, nodes: readonly string[]): ClusterFaults => {
  let plan: FaultPlan = {};
  let since = now();
  const add = async ({ rules = [], actions = [] }: FaultPlan): Promise<void> => {
    const at = now();
    const left = remainingPlan(plan, between(since, at));
    plan = { rules: [...(left.rules ?? []), ...rules], actions: [...(left.actions ?? []), ...actions] };
    since = at;
    await runtime.applyFaults(plan);
  };
  const act = (target: string, action: (actor: string) => FaultAction): Promise<void> => add({ actions: componentsOf(target, nodes).map(action) });
  const link = (one: string, other: string, fault: FaultRule['fault'], lasting: TimeSpan | undefined): Promise<void> => {
    const end = lasting === undefined ? {} : { end: millisecondsOf(lasting, 'for') };
    return add({ rules: componentsOf(one, nodes).flatMap((from) => componentsOf(other, nodes).map((to) => ({ from, to, bothWays: true, start: 0, ...end, fault }))) });
  };
  return {
    kill: (target, lasting) => act(target, (actor) => ({ type: 'kill', at: 0, actor, ...(lasting && { downFor: millisecondsOf(lasting.for, 'for') }) })),
    restart: (target) => act(target, (actor) => ({ type: 'restart', at: 0, actor })),
    pause: (target, lasting) => act(target, (actor) => ({ type: 'pause', at: 0, actor, for: millisecondsOf(lasting.for, 'for') })),
    slow: (target, by, lasting) => act(target, (actor) => ({ type: 'slow', at: 0, actor, perStep: millisecondsOf(by, 'by'), for: millisecondsOf(lasting.for, 'for') })),
    partition: (one, other, lasting) => link(one, other, { type: 'partition' }, lasting?.for),
    delay: (one, other, by, lasting) => link(one, other, { type: 'delay', milliseconds: millisecondsOf(by, 'by') }, lasting?.for),
    apply: add,
    heal: async () => {
      plan = {};
      since = now();
      await runtime.applyFaults(plan);
    },
  };
};

/** The actors that a target means. */
const componentsOf = (target: string, nodes: readonly string[]): readonly string[] => {
  if (CONTROL_PLANE.includes(target)) return [target];
  if (nodes.includes(target)) return NODE_COMPONENTS.map((component) => `${component}/${target}`);
  const component = NODE_COMPONENTS.find((name) => target.startsWith(`${name}/`));
  const node = component && target.slice(component.length + 1);
  if (node !== undefined && (nodes.includes(node) || (node.endsWith('*') && nodes.some((name) => name.startsWith(node.slice(0, -1)))))) return [target];
  const some = nodes.length > 3 ? `${nodes.slice(0, 3).join(', ')}, ...` : nodes.join(', ');
  throw new UnknownTarget(`there is neither a component nor a node ${JSON.stringify(target)}. Components are ${[...CONTROL_PLANE, 'kubelet/NODE', 'kube-proxy/NODE'].join(', ')}; nodes are ${some === '' ? 'none' : some}`);
};
