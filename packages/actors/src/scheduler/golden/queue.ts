import type { KubernetesObject } from '../../api/object.js';
import type { Node, Pod } from '../../api/generated/types.js';
import { podInfo } from '../cache/pod-info.js';
import { type ClusterEvent, type EventAction, type EventResource, covers } from '../framework/cluster-event.js';
import { nodeChanges } from '../framework/node-changes.js';
import { newProfile } from '../framework/profile.js';
import { sameData } from './decisions.js';
import { DEFAULT_PLUGINS } from '../plugins/index.js';
import { type QueuedPod, flushBackoff, flushUnschedulable, popFromQueue, returnToQueue } from '../queue/scheduling-queue.js';
import { type Scheduling, attemptNext, giveBack, newScheduling, nodeChanged, podChanged } from '../scheduling.js';

/** A recorded scenario of the queue: steps with a fake clock, and where every pod is after each. */
export interface GoldenScenario {
  readonly id: string;
  readonly steps: readonly GoldenStep[];
}

export interface GoldenStep {
  readonly op: string;
  readonly ms?: number;
  readonly name?: string;
  readonly object?: KubernetesObject;
  readonly fail?: readonly string[];
  readonly result?: unknown;
  /** Left out where nothing moved. */
  readonly state?: unknown;
}

/** A recorded answer of each plugin's queueing hint to one event about one pod. */
export interface GoldenHint {
  readonly id: string;
  readonly event: string;
  readonly pod: Pod;
  readonly old?: KubernetesObject;
  readonly new?: KubernetesObject;
  readonly hints: Readonly<Record<string, string>>;
}

const PROFILE = newProfile(DEFAULT_PLUGINS);
const START = Date.UTC(2026, 0, 1);

/** Runs a scenario and returns the first difference, if there is one. */
export const compareScenario = ({ steps }: GoldenScenario): string | undefined => {
  const run: Run = { scheduling: newScheduling(), now: START, pods: new Map(), nodes: new Map(), popped: new Map() };
  let before: unknown = {};
  for (const [at, step] of steps.entries()) {
    run.now += step.ms ?? 0;
    const result = perform(run, step);
    const state = stateOf(run);
    const where = `step ${at} (${step.op}${step.name ? ` ${step.name}` : ''})`;
    if (step.result !== undefined && !sameData(result, step.result ?? [])) return `${where}: result ${JSON.stringify(result)} instead of ${JSON.stringify(step.result)}`;
    const expected = step.state ?? before;
    if (!sameData(state, expected)) return `${where}: ${JSON.stringify(state)} instead of ${JSON.stringify(expected)}`;
    before = state;
  }
  return undefined;
};

interface Run {
  readonly scheduling: Scheduling;
  now: number;
  readonly pods: Map<string, Pod>;
  readonly nodes: Map<string, Node>;
  readonly popped: Map<string, QueuedPod>;
}

const perform = (run: Run, step: GoldenStep): unknown => {
  const { scheduling, now, pods, nodes } = run;
  const name = step.name ?? step.object?.metadata.name ?? '';
  switch (step.op) {
    case 'add':
    case 'update': {
      const former = pods.get(name);
      const pod = step.object as Pod;
      pods.set(name, pod);
      podChanged(scheduling, PROFILE, former && { value: former }, { value: pod }, now);
      return undefined;
    }
    case 'delete': {
      const former = pods.get(name);
      if (former) podChanged(scheduling, PROFILE, { value: former }, undefined, now);
      pods.delete(name);
      return undefined;
    }
    case 'addNode':
    case 'updateNode': {
      const former = nodes.get(name);
      const node = step.object as Node;
      nodes.set(name, node);
      nodeChanged(scheduling, PROFILE, former, node, now);
      return former ? nodeChanges(former, node).map((event) => `${event.resource}${event.action}`) : undefined;
    }
    case 'deleteNode':
      nodeChanged(scheduling, PROFILE, nodes.get(name), undefined, now);
      nodes.delete(name);
      return undefined;
    case 'pop': {
      const queued = popFromQueue(scheduling.queue, PROFILE, now);
      if (!queued) return undefined;
      const popped = queued.pod.pod.metadata.name ?? '';
      run.popped.set(popped, queued);
      return { pod: popped, attempts: queued.attempts };
    }
    case 'fail': {
      const queued = run.popped.get(name);
      if (!queued) return undefined;
      for (const plugin of step.fail ?? []) queued.unschedulablePlugins.add(plugin);
      returnToQueue(scheduling.queue, PROFILE, queued, now);
      return undefined;
    }
    case 'schedule':
      return schedule(run);
    case 'flushBackoff':
      flushBackoff(scheduling.queue, PROFILE, now);
      return undefined;
    case 'flushUnschedulable':
      flushUnschedulable(scheduling.queue, PROFILE, now);
      return undefined;
    default:
      // `clock` only passes time; `event` concerns kinds that no plugin here listens to.
      return undefined;
  }
};

const schedule = ({ scheduling, now, pods }: Run): unknown => {
  const attempt = attemptNext(scheduling, PROFILE, now);
  if (!attempt) return undefined;
  const { queued } = attempt;
  const name = queued.pod.pod.metadata.name ?? '';
  const result = { pod: name, attempts: queued.attempts };
  const former = pods.get(name);
  if (attempt.type === 'failed') {
    giveBack(scheduling, PROFILE, queued, former, now);
    return { ...result, unschedulablePlugins: [...queued.unschedulablePlugins].sort() };
  }
  if (attempt.type !== 'bind' || !former) return result;
  const bound: Pod = { ...former, spec: { ...former.spec, nodeName: attempt.node } };
  pods.set(name, bound);
  podChanged(scheduling, PROFILE, { value: former }, { value: bound }, now);
  return { ...result, host: attempt.node };
};

const stateOf = ({ scheduling: { queue } }: Run): unknown => {
  const name = (queued: QueuedPod): string => queued.pod.pod.metadata.name ?? '';
  const active = [...queue.active.items].sort((a, b) => (PROFILE.less(a, b) ? -1 : 1)).map(name);
  const backoff = Object.fromEntries([...queue.backoff.items, ...queue.errorBackoff.items].map((queued) => [name(queued), queued.backoffUntil - START]));
  const waiting = [...queue.unschedulable.values()];
  const unschedulable = Object.fromEntries(waiting.filter(({ gatedBy }) => !gatedBy).map((queued) => [name(queued), [...queued.unschedulablePlugins].sort()]));
  const gated = Object.fromEntries(waiting.flatMap((queued) => (queued.gatedBy ? [[name(queued), queued.gatedBy]] : [])));
  const inFlight = [...queue.inFlight.pods.keys()].map((uid) => uid.slice(uid.indexOf('/') + 1)).sort();
  const all = { active, backoff, unschedulable, gated, inFlight };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Object.keys(value).length > 0));
};

const RESOURCES: readonly EventResource[] = ['AssignedPod', 'UnschedulablePod', 'PersistentVolumeClaim', 'PersistentVolume', 'Node'];

/** `NodeUpdateNodeTaint` is `Node` and `UpdateNodeTaint`; events of other kinds concern no plugin here. */
const eventOf = (label: string): ClusterEvent | undefined => {
  const resource = RESOURCES.find((one) => label.startsWith(one));
  return resource && { resource, action: label.slice(resource.length) as EventAction };
};

/** Asks every plugin but those that are said not to be built what it says of the event; returns the difference, if there is one. */
export const compareHints = (golden: GoldenHint, notBuilt: ReadonlySet<string>): string | undefined => {
  const event = eventOf(golden.event);
  const hints: Record<string, string> = {};
  const pod = podInfo(golden.pod);
  for (const { plugin, registered } of event ? PROFILE.hints : []) {
    if (!event || !covers(registered.event, event)) continue;
    const says = registered.hint?.(pod, golden.old, golden.new) ?? 'Queue';
    if (hints[plugin] !== 'Queue') hints[plugin] = says;
  }
  const expected = Object.fromEntries(Object.entries(golden.hints).filter(([plugin]) => !notBuilt.has(plugin)));
  return sameData(hints, expected) ? undefined : `${golden.event}: ${JSON.stringify(hints)} instead of ${JSON.stringify(expected)}`;
};
