import { scaledValue } from '../api/int-or-string.js';
import { flat } from './flat.js';
import type { Entry, Timeline } from './scenario.js';

type Leaves = Map<string, unknown>;

interface Rollout {
  /** The most pods that its controller may still believe are allowed. */
  ceiling: number;
  /** Since its last complete moment nothing but its rollout has taken a ready pod away. */
  calm: boolean;
}

interface Cluster {
  readonly objects: Map<string, Leaves>;
  readonly rollouts: Map<string, Rollout>;
}

/**
 * The first entry of a timeline at which a Deployment left the bounds of its rollout, in words; none if it kept to them at every entry:
 * the ReplicaSets ask for no more than maxSurge above what is wanted; as long as nothing else takes pods away, no fewer are ready than
 * maxUnavailable below it; and where the strategy is Recreate, the pods of two ReplicaSets never run at once.
 */
export const boundsBroken = ({ timeline }: Timeline): string | undefined => {
  const cluster: Cluster = { objects: new Map(), rollouts: new Map() };
  for (const [index, entry] of timeline.entries()) {
    const name = entry.added ?? entry.modified ?? entry.deleted;
    if (name === undefined || !/^(Deployment|ReplicaSet|Pod) /.test(name)) continue;
    const before = cluster.objects.get(name);
    const current = entry.deleted === undefined ? applied(before, entry, timeline) : undefined;
    const deployment = deploymentOf(cluster, name, before) ?? deploymentOf(cluster, name, current);
    if (deployment !== undefined) noteDisturbance(cluster, deployment, name, before, current);
    if (current !== undefined) cluster.objects.set(name, current);
    else {
      cluster.objects.delete(name);
      cluster.rollouts.delete(name);
    }
    const broken = deployment === undefined ? undefined : judge(cluster, deployment);
    if (broken !== undefined) return `entry ${index} (${entry.t}s): ${broken}`;
  }
  return undefined;
};

const applied = (before: Leaves | undefined, entry: Entry, timeline: readonly Entry[]): Leaves => {
  const model = entry.like === undefined ? entry : timeline[entry.like] ?? entry;
  if (entry.added !== undefined) return new Map(Object.entries(flat(model.object)));
  const leaves = new Map(before);
  for (const path of model.unset ?? []) for (const known of leaves.keys()) if (known === path || known.startsWith(`${path}.`) || known.startsWith(`${path}[`)) leaves.delete(known);
  for (const [path, value] of Object.entries(model.set ?? {})) leaves.set(path, value);
  return leaves;
};

const isOwned = (leaves: Leaves): boolean => {
  for (const path of leaves.keys()) if (path.startsWith('metadata.ownerReferences[')) return true;
  return false;
};

/** What is like another entry names that one's owner, so owners are found by what names are generated from. */
const ownerName = (name: string): string => name.slice(name.indexOf(' ') + 1, name.lastIndexOf('-'));

const deploymentOf = (cluster: Cluster, name: string, leaves: Leaves | undefined): string | undefined => {
  if (name.startsWith('Deployment ')) return name;
  if (leaves === undefined || !isOwned(leaves)) return undefined;
  if (name.startsWith('Pod ')) {
    const set = `ReplicaSet ${ownerName(name)}`;
    return deploymentOf(cluster, set, cluster.objects.get(set));
  }
  const deployment = `Deployment ${ownerName(name)}`;
  return cluster.objects.has(deployment) ? deployment : undefined;
};

const number = (leaves: Leaves | undefined, path: string, absent: number): number => Number(leaves?.get(path) ?? absent);
const isReady = (leaves: Leaves | undefined): boolean => leaves?.get('status.conditions[Ready].status') === 'True' && !leaves.has('metadata.deletionTimestamp');
const isActive = (leaves: Leaves): boolean => !leaves.has('metadata.deletionTimestamp') && !hasEnded(leaves);
const hasEnded = (leaves: Leaves): boolean => leaves.get('status.phase') === 'Succeeded' || leaves.get('status.phase') === 'Failed';

const rolloutOf = ({ rollouts }: Cluster, deployment: string): Rollout => {
  let rollout = rollouts.get(deployment);
  if (!rollout) rollouts.set(deployment, (rollout = { ceiling: 0, calm: false }));
  return rollout;
};

/** What is not a step of the rollout: pods are wanted in addition, a ReplicaSet or a pod loses its owner, or a pod goes that is not one too many. */
const noteDisturbance = (cluster: Cluster, deployment: string, name: string, before: Leaves | undefined, current: Leaves | undefined): void => {
  const rollout = rolloutOf(cluster, deployment);
  if (name === deployment && number(current, 'spec.replicas', 1) > number(before, 'spec.replicas', 1)) rollout.calm = false;
  if (name !== deployment && before !== undefined && isOwned(before) && current !== undefined && !isOwned(current)) rollout.calm = false;
  if (name.startsWith('ReplicaSet ') && (current === undefined || current.has('metadata.deletionTimestamp'))) rollout.calm = false;
  if (!name.startsWith('Pod ') || !isReady(before) || isReady(current)) return;
  const set = cluster.objects.get(`ReplicaSet ${ownerName(name)}`);
  const isGoing = current === undefined || current.has('metadata.deletionTimestamp');
  if (!isGoing || podsOf(cluster, ownerName(name)).filter(isActive).length <= number(set, 'spec.replicas', 1)) rollout.calm = false;
};

const setsOf = ({ objects }: Cluster, deployment: string): readonly (readonly [name: string, leaves: Leaves])[] =>
  [...objects].filter(([name, leaves]) => name.startsWith('ReplicaSet ') && isOwned(leaves) && `Deployment ${ownerName(name)}` === deployment).map(([name, leaves]) => [name.slice(name.indexOf(' ') + 1), leaves]);

const podsOf = ({ objects }: Cluster, set: string): readonly Leaves[] =>
  [...objects].filter(([name, leaves]) => name.startsWith('Pod ') && isOwned(leaves) && ownerName(name) === set).map(([, leaves]) => leaves);

const judge = (cluster: Cluster, deployment: string): string | undefined => {
  const leaves = cluster.objects.get(deployment);
  if (leaves === undefined || leaves.has('metadata.deletionTimestamp')) return undefined;
  const sets = setsOf(cluster, deployment);
  if (leaves.get('spec.strategy.type') === 'Recreate') {
    const running = sets.filter(([name]) => podsOf(cluster, name).some((pod) => !hasEnded(pod)));
    return running.length > 1 ? `${deployment} is to be recreated, and pods of ${running.map(([name]) => name).join(' and ')} are there at once` : undefined;
  }
  const rollout = rolloutOf(cluster, deployment);
  const { wanted, least, most } = fenceposts(leaves);
  const asked = sets.reduce((sum, [, set]) => sum + number(set, 'spec.replicas', 1), 0);
  const isObserved = number(leaves, 'status.observedGeneration', 0) >= number(leaves, 'metadata.generation', 1);
  rollout.ceiling = isObserved && asked <= most ? most : Math.max(rollout.ceiling, most);
  if (asked > rollout.ceiling) return `${deployment} asks for ${asked} pods; ${wanted} are wanted and at most ${rollout.ceiling} allowed`;
  const ready = sets.reduce((sum, [name]) => sum + podsOf(cluster, name).filter(isReady).length, 0);
  if (isObserved && ready >= wanted && ['replicas', 'updatedReplicas', 'availableReplicas'].every((count) => number(leaves, `status.${count}`, 0) === wanted)) rollout.calm = true;
  return rollout.calm && ready < least ? `${deployment} has ${ready} ready pods in its rollout; ${wanted} are wanted and at least ${least} must be ready` : undefined;
};

/** deployment util ResolveFenceposts, with the defaults of apps/v1. */
const fenceposts = (leaves: Leaves): { readonly wanted: number; readonly least: number; readonly most: number } => {
  const wanted = number(leaves, 'spec.replicas', 1);
  const of = (field: string, rounding: 'up' | 'down'): number => scaledValue((leaves.get(`spec.strategy.rollingUpdate.${field}`) ?? '25%') as number | string, wanted, rounding) ?? 0;
  const [surge, unavailable] = [of('maxSurge', 'up'), of('maxUnavailable', 'down')];
  return { wanted, most: wanted + surge, least: wanted - (surge === 0 && unavailable === 0 ? 1 : unavailable) };
};
