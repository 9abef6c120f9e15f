import { flat } from './flat.js';
import type { Entry, Timeline } from './scenario.js';

interface Pod {
  readonly owner: string;
  terminating: boolean;
  bound: boolean;
}

type Counts = Readonly<Record<string, number>>;

interface Known {
  leaves: Map<string, unknown>;
  readonly uid: string;
  readonly owner: string;
  /** Every count that its status has said. */
  readonly said: Counts[];
}

const WORKLOAD = /^(Deployment|ReplicaSet|ReplicationController) /;
const SUMMED = ['replicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas'];

/**
 * The first effect of a played timeline that came before its cause, in words; none if all is in order: pods of sets that are not there
 * yet, Events about what has not happened, a status of a generation to come, a Deployment that counts what none of its sets has said.
 */
export const causesBroken = ({ timeline }: Timeline): string | undefined => {
  const pods = new Map<string, Pod>();
  const workloads = new Map<string, Known>();
  for (const [index, entry] of timeline.entries()) {
    const broken = entry.event !== undefined ? eventBroken(entry, pods) : objectBroken(entry, timeline, pods, workloads);
    if (broken !== undefined) return `entry ${index} (${entry.t}s): ${broken}`;
  }
  return undefined;
};

const eventBroken = ({ event }: Entry, pods: ReadonlyMap<string, Pod>): string | undefined => {
  if (event === undefined) return undefined;
  const [, verb, name = ''] = /^(Created|Deleted) pod: (\S+)$/.exec(event.message) ?? [];
  if (verb === 'Created' && !pods.has(`Pod ${name}`)) return `"${event.message}" before there was such a pod`;
  if (verb === 'Deleted' && pods.get(`Pod ${name}`)?.terminating === false) return `"${event.message}" before that pod was deleted`;
  if (event.from === 'kubelet' && event.on.startsWith('Pod ') && pods.get(event.on)?.bound === false) return `a kubelet said ${event.reason} of ${event.on} before it had a node`;
  return undefined;
};

const objectBroken = (entry: Entry, timeline: readonly Entry[], pods: Map<string, Pod>, workloads: Map<string, Known>): string | undefined => {
  const object = entry.added ?? entry.modified ?? entry.deleted;
  if (object === undefined) return undefined;
  const model = entry.like === undefined ? entry : timeline[entry.like] ?? entry;
  if (object.startsWith('Pod ')) return podBroken(object, entry, model, pods, workloads);
  if (!WORKLOAD.test(object)) return undefined;
  if (entry.deleted !== undefined) {
    const known = workloads.get(object);
    if (known !== undefined) known.leaves = new Map();
    return undefined;
  }
  if (entry.added !== undefined) {
    const value = model.object as { readonly metadata: { readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[] } };
    const owner = value.metadata.ownerReferences?.find(({ controller }) => controller === true);
    workloads.set(object, { leaves: new Map(Object.entries(flat(value))), uid: object, owner: owner === undefined ? '' : `${owner.kind} ${owner.name}`, said: [{}] });
    return undefined;
  }
  const known = workloads.get(object);
  if (known === undefined) return undefined;
  for (const path of model.unset ?? []) known.leaves.delete(path);
  for (const [path, value] of Object.entries(model.set ?? {})) known.leaves.set(path, value);
  return workloadBroken(object, known, model, workloads);
};

const podBroken = (object: string, entry: Entry, model: Entry, pods: Map<string, Pod>, workloads: ReadonlyMap<string, Known>): string | undefined => {
  if (entry.added !== undefined) {
    const { metadata, spec } = model.object as { readonly metadata: { readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[] }; readonly spec: { readonly nodeName?: string } };
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    const name = owner === undefined ? '' : `${owner.kind} ${owner.name}`;
    pods.set(object, { owner: name, terminating: false, bound: spec.nodeName !== undefined });
    return WORKLOAD.test(name) && !workloads.has(name) ? `${object} before its ${name}` : undefined;
  }
  const pod = pods.get(object);
  if (pod === undefined) return undefined;
  if (entry.deleted !== undefined || model.set?.['metadata.deletionTimestamp'] !== undefined) pod.terminating = true;
  if (model.set?.['spec.nodeName'] !== undefined) pod.bound = true;
  return undefined;
};

const workloadBroken = (object: string, known: Known, { set = {}, unset = [] }: Entry, workloads: ReadonlyMap<string, Known>): string | undefined => {
  const number = (path: string, of = known): number => Number(of.leaves.get(path) ?? 0);
  if (number('status.observedGeneration') > number('metadata.generation')) return `${object} has a status of generation ${number('status.observedGeneration')} before there is one`;
  const counts = Object.fromEntries(SUMMED.map((name): [string, number] => [name, number(`status.${name}`)]));
  known.said.push(counts);
  const changesCounts = [...Object.keys(set), ...unset].some((path) => SUMMED.some((name) => path === `status.${name}`));
  if (!object.startsWith('Deployment ') || !changesCounts) return undefined;
  const sets = [...workloads.values()].filter(({ owner }) => owner === object);
  // A set that is there no more, or not counted any more, counts nothing.
  const isSum = SUMMED.every((name) => reaches(sets.map(({ said }) => said.map((counted) => counted[name] ?? 0)), counts[name] ?? 0));
  return isSum ? undefined : `${object} counts ${JSON.stringify(counts)}, which its sets never said`;
};

/** Whether one of each list can be taken so that the sum is right. */
const reaches = (lists: readonly (readonly number[])[], sum: number): boolean => {
  let sums = new Set([0]);
  for (const list of lists) sums = new Set([...sums].flatMap((known) => [0, ...list].map((count) => known + count)));
  return sums.has(sum);
};
