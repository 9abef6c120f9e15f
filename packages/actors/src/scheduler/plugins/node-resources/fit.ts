import type { Node, Pod } from '../../../api/generated/types.js';
import { quantity } from '../../../api/quantity.js';
import type { ScalarColumns } from '../../cache/node-table.js';
import { podUid } from '../../cache/pod-info.js';
import { type PodResources, podResources } from '../../cache/pod-resources.js';
import { refuse, verdictOf } from '../../framework/candidates.js';
import { type HintFunction, definePlugin } from '../../framework/plugin.js';
import type { Rejection } from '../../framework/status.js';
import { scoreLeastAllocated } from './least-allocated.js';

const NAME = 'NodeResourcesFit';

/** What the pod asks for besides CPU, memory and disk, with the columns of the table. */
interface ScalarDemand {
  readonly name: string;
  readonly value: number;
  /** Stands for it in the number of a shortage: 2 to the power of its place. Pods ask for a few of them, doubles hold nearly fifty. */
  readonly bit: number;
  readonly columns: ScalarColumns | undefined;
}

interface State {
  readonly resources: PodResources;
  readonly scalars: readonly ScalarDemand[];
  /** By the number of the shortage. */
  readonly refusals: Map<number, Rejection>;
}

/** Built-in shortages as bits; `NEVER` bits: the node is too small even when empty, so that removing pods would not help. */
const PODS = 1;
const CPU = 2;
const MEMORY = 4;
const DISK = 8;
const NEVER = 16;
const TEXTS: readonly (readonly [number, string])[] = [
  [PODS, 'Too many pods'],
  [CPU, 'Insufficient cpu'],
  [MEMORY, 'Insufficient memory'],
  [DISK, 'Insufficient ephemeral-storage'],
];

const rejection = (bits: number, scalars: readonly string[]): Rejection => ({
  plugin: NAME,
  code: (bits & NEVER) !== 0 ? 'UnschedulableAndUnresolvable' : 'Unschedulable',
  reasons: [...TEXTS.filter(([bit]) => (bits & bit) !== 0).map(([, text]) => text), ...scalars.map((name) => `Insufficient ${name}`)],
});

/** Built-in shortages take this many numbers, and scalars the bits above. */
const SHORTAGES = 2 * NEVER;
const BUILT_IN: readonly Rejection[] = Array.from({ length: SHORTAGES }, (_, bits) => rejection(bits, []));

/** The refusal for a shortage. The real order of scalars is that of a Go map; here they stand in order. */
const refusalOf = ({ scalars, refusals }: State, short: number, lacking: number): Rejection => {
  if (lacking === 0) return BUILT_IN[short] as Rejection;
  const shortage = lacking * SHORTAGES + short;
  let refusal = refusals.get(shortage);
  if (!refusal) {
    refusal = rejection(short, scalars.filter(({ bit }) => Math.floor(lacking / bit) % 2 === 1).map(({ name }) => name).sort());
    refusals.set(shortage, refusal);
  }
  return refusal;
};

/** A fit of a pod into an empty node of this shape, for hints (`isFit`). */
const fitsEmpty = (resources: PodResources, node: Node): boolean => {
  const { allocatable = {} } = node.status ?? {};
  const amount = (name: string): number => quantity(allocatable[name] ?? '0').value;
  return (
    amount('pods') >= 1 &&
    resources.milliCPU <= quantity(allocatable['cpu'] ?? '0').milliValue &&
    resources.memory <= amount('memory') &&
    resources.ephemeralStorage <= amount('ephemeral-storage') &&
    resources.scalars.every(({ name, value }) => value <= amount(name))
  );
};

/** Whether any resource that the pod asks for grew (`haveAnyRequestedResourcesIncreased`). */
const grew = (resources: PodResources, former: Node, current: Node): boolean => {
  const larger = (name: string): boolean => quantity(current.status?.allocatable?.[name] ?? '0').milliValue > quantity(former.status?.allocatable?.[name] ?? '0').milliValue;
  return (
    larger('pods') ||
    (resources.milliCPU > 0 && larger('cpu')) ||
    (resources.memory > 0 && larger('memory')) ||
    (resources.ephemeralStorage > 0 && larger('ephemeral-storage')) ||
    resources.scalars.some(({ name, value }) => value > 0 && larger(name))
  );
};

const afterNodeChange: HintFunction = ({ resources }, former, current) => {
  if (!fitsEmpty(resources, current as Node)) return 'QueueSkip';
  return !former || grew(resources, former as Node, current as Node) ? 'Queue' : 'QueueSkip';
};

/** A pod that leaves its node, or asks for less there, frees something; a pending one that asks for less may fit itself. */
const afterPodChange: HintFunction = (pod, former, current) => {
  const before = former as Pod;
  if (!current) return before.spec.nodeName || before.status?.nominatedNodeName ? 'Queue' : 'QueueSkip';
  const after = current as Pod;
  if (podUid(after) === pod.uid) return 'Queue';
  if (!before.spec.nodeName) return 'QueueSkip';
  const [held, holds] = [podResources(before), podResources(after)];
  const { resources } = pod;
  const scalar = (of: PodResources, name: string): number => of.scalars.find((one) => one.name === name)?.value ?? 0;
  const freed =
    (resources.milliCPU > 0 && held.milliCPU > holds.milliCPU) ||
    (resources.memory > 0 && held.memory > holds.memory) ||
    (resources.ephemeralStorage > 0 && held.ephemeralStorage > holds.ephemeralStorage) ||
    resources.scalars.some(({ name, value }) => value > 0 && scalar(held, name) > scalar(holds, name));
  return freed ? 'Queue' : 'QueueSkip';
};

/** Room for the pod's requests (plugins/noderesources/fit.go), and the preference for the least allocated node. */
export const nodeResourcesFit = definePlugin<State, undefined>({
  name: NAME,
  preFilter: ({ resources }, table) => {
    const scalars = resources.scalars.filter(({ value }) => value > 0).map(({ name, value }, at) => ({ name, value, bit: 2 ** at, columns: table.scalars.get(name) }));
    return { type: 'success', state: { resources, scalars, refusals: new Map() } };
  },
  filter: (state, _pod, table, candidates) => {
    const { scalars } = state;
    const { milliCPU, memory, ephemeralStorage } = state.resources;
    const { allocatableMilliCPU, requestedMilliCPU, allocatableMemory, requestedMemory, allocatableEphemeralStorage, requestedEphemeralStorage, allocatablePods, podCount } = table;
    const { nodes, count } = candidates;
    let kept = 0;
    // Nodes that refuse one after another mostly do so for the same reason.
    let latest = -1;
    let verdict = -1;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      let short = 0;
      if ((podCount[node] as number) + 1 > (allocatablePods[node] as number)) short = PODS;
      if (milliCPU > 0) {
        const most = allocatableMilliCPU[node] as number;
        if (milliCPU > most - (requestedMilliCPU[node] as number)) short |= milliCPU > most ? CPU | NEVER : CPU;
      }
      if (memory > 0) {
        const most = allocatableMemory[node] as number;
        if (memory > most - (requestedMemory[node] as number)) short |= memory > most ? MEMORY | NEVER : MEMORY;
      }
      if (ephemeralStorage > 0) {
        const most = allocatableEphemeralStorage[node] as number;
        if (ephemeralStorage > most - (requestedEphemeralStorage[node] as number)) short |= ephemeralStorage > most ? DISK | NEVER : DISK;
      }
      let lacking = 0;
      for (let scalar = 0; scalar < scalars.length; scalar++) {
        const { value, bit, columns } = scalars[scalar] as ScalarDemand;
        const most = columns === undefined ? 0 : (columns.allocatable[node] as number);
        if (value <= most - (columns === undefined ? 0 : (columns.requested[node] as number))) continue;
        lacking += bit;
        if (value > most) short |= NEVER;
      }
      const shortage = lacking * SHORTAGES + short;
      if (shortage === 0) {
        nodes[kept++] = node;
        continue;
      }
      if (shortage !== latest) {
        latest = shortage;
        verdict = verdictOf(candidates, refusalOf(state, short, lacking));
      }
      refuse(candidates, node, verdict);
    }
    candidates.count = kept;
  },
  score: (_state, { resources }, table, nodes, count, scores) => scoreLeastAllocated(resources, table, nodes, count, scores),
  events: [
    { event: { resource: 'Pod', action: 'Delete' }, hint: afterPodChange },
    { event: { resource: 'Pod', action: 'UpdatePodScaleDown' }, hint: afterPodChange },
    { event: { resource: 'Node', action: 'Add' }, hint: afterNodeChange },
    { event: { resource: 'Node', action: 'UpdateNodeAllocatable' }, hint: afterNodeChange },
  ],
});
