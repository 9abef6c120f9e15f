import type { Node, Pod } from '../../api/generated/types.js';
import { type AssignedPods, assumePod, lowestPriority, newAssignedPods, setAssignedPod } from '../cache/assigned-pods.js';
import { type NodeTable, newNodeTable, setNode } from '../cache/node-table.js';
import { podInfo } from '../cache/pod-info.js';
import { newProfile } from '../framework/profile.js';
import { eventNote } from '../messages.js';
import { DEFAULT_PLUGINS } from '../plugins/index.js';
import { type CycleTrace, type Decision, newCycleTrace, scheduleOne } from '../scheduling-cycle.js';

/** A recorded decision (test/golden/scheduler/README.md): a cluster, one pending pod, and all that the real scheduler found. */
export interface GoldenDecision {
  readonly id: string;
  readonly objects: Readonly<Record<string, readonly unknown[]>> & { readonly nodes?: readonly Node[]; readonly pods?: readonly Pod[] };
  readonly config?: string;
  readonly startIndex?: number;
  readonly pod: Pod;
  readonly result: GoldenResult;
}

/** Pods that are scheduled one after another. */
export interface GoldenSequence extends Omit<GoldenDecision, 'pod' | 'result'> {
  readonly queue: readonly Pod[];
  readonly result: readonly GoldenResult[];
}

type Scores = Readonly<Record<string, { readonly raw: readonly number[]; readonly norm?: readonly number[] }>>;

interface GoldenPreFilter {
  readonly plugin: string;
  readonly status: string;
  readonly reasons?: readonly string[];
  readonly nodes?: readonly string[];
}

export interface GoldenResult {
  readonly gated?: string;
  readonly preFilterSkip?: readonly string[];
  readonly preFilter?: readonly GoldenPreFilter[];
  readonly nodeOrder?: readonly string[];
  readonly evaluated?: readonly string[];
  readonly anyOrder?: boolean;
  readonly filter?: Readonly<Record<string, readonly string[]>>;
  readonly feasible?: readonly string[];
  readonly scoreSkip?: readonly string[];
  readonly score?: Scores;
  readonly total?: readonly number[];
  readonly best?: readonly string[];
  readonly host?: string;
  readonly unschedulablePlugins?: readonly string[];
  readonly error?: string;
  readonly events?: readonly { readonly type: string; readonly reason: string; readonly action: string; readonly note: string }[];
  readonly condition?: { readonly reason: string; readonly message?: string; readonly observedGeneration?: number };
  readonly nextStart: number;
}

const PROFILE = newProfile(DEFAULT_PLUGINS);

/** Plugins whose entries in `score` are left out: with nothing to do they score 0 for every node. */
const NOT_SCORED: ReadonlySet<string> = new Set(['DynamicResources']);

/** Runs one case and returns what differs, field by field; empty if nothing does. */
export const compareDecision = (golden: GoldenDecision): readonly string[] => {
  const cluster = clusterOf(golden);
  return differences(decide(cluster, golden.pod, golden.result), golden.result);
};

const NOT_IN_SEQUENCES: ReadonlySet<string> = new Set(['preFilter', 'preFilterSkip', 'scoreSkip', 'condition']);

/** Runs a sequence; every difference names its pod. Sequences were recorded without what PreFilter and PreScore skipped. */
export const compareSequence = (golden: GoldenSequence): readonly string[] => {
  const cluster = clusterOf(golden);
  return golden.queue.flatMap((pod, at) => {
    const theirs = golden.result[at] as GoldenResult;
    const ours = Object.entries(decide(cluster, pod, theirs)).filter(([field]) => !NOT_IN_SEQUENCES.has(field) && (field !== 'score' || theirs.score));
    return differences(Object.fromEntries(ours) as unknown as GoldenResult, theirs).map((difference) => `${pod.metadata.name}: ${difference}`);
  });
};

interface Cluster {
  readonly table: NodeTable;
  readonly pods: AssignedPods;
  nextStart: number;
}

const clusterOf = ({ objects, startIndex = 0 }: Pick<GoldenDecision, 'objects' | 'startIndex'>): Cluster => {
  const cluster: Cluster = { table: newNodeTable(), pods: newAssignedPods(), nextStart: startIndex };
  for (const node of objects.nodes ?? []) setNode(cluster.table, node);
  for (const pod of objects.pods ?? []) if (pod.spec.nodeName) setAssignedPod(cluster.pods, cluster.table, podInfo(pod), pod.spec.nodeName);
  return cluster;
};

const decide = (cluster: Cluster, golden: Pod, theirs: GoldenResult): GoldenResult => {
  const { table, pods } = cluster;
  const pod = podInfo(golden);
  const gate = PROFILE.preEnqueue.map((plugin) => plugin.preEnqueue?.(pod)).find((rejection) => rejection);
  if (gate) return { gated: gate.plugin, nextStart: cluster.nextStart };
  if (golden.metadata.deletionTimestamp) {
    const note = `skip schedule deleting pod: ${pod.key}`;
    return { events: [{ type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note }], nextStart: cluster.nextStart };
  }
  const trace = newCycleTrace();
  const decision = scheduleOne(PROFILE, table, pod, cluster.nextStart, lowestPriority(pods), trace);
  cluster.nextStart = decision.nextStart;
  const result = asGolden(table, golden, theirs, decision, trace);
  if (decision.type === 'scheduled') assumePod(pods, table, pod, decision.node);
  return result;
};

/** Puts what the cycle left into the recorded shape; what is empty is left out. */
const asGolden = (table: NodeTable, pod: Pod, result: GoldenResult, decision: Decision, trace: CycleTrace): GoldenResult => {
  const name = (slot: number): string => table.names[slot] as string;
  const by = result.anyOrder ? [...trace.feasible.keys()].sort((a, b) => (name(trace.feasible[a] as number) < name(trace.feasible[b] as number) ? -1 : 1)) : [...trace.feasible.keys()];
  const inOrder = <T>(list: readonly T[]): T[] => by.map((at) => list[at] as T);
  const feasible = inOrder(trace.feasible.map(name));
  const totals = trace.totals.length ? inOrder(trace.totals) : [];
  const highest = Math.max(...totals);
  const best = trace.totals.length ? feasible.filter((_, at) => totals[at] === highest).sort() : decision.type === 'scheduled' ? feasible : [];
  const host = decision.type !== 'scheduled' ? undefined : result.anyOrder && best.length > 1 ? 'any' : decision.node;
  const evaluated = trace.evaluated.map(name);
  const note = decision.type === 'scheduled' ? `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${host}` : eventNote(decision.message);
  const skipped = trace.preFilter.filter((entry) => entry.result.type === 'skip').map((entry) => entry.plugin.name);
  const run: GoldenPreFilter[] = [];
  for (const { plugin, result: answer } of trace.preFilter) {
    if (answer.type === 'rejected') run.push({ plugin: plugin.name, status: answer.rejection.code, reasons: answer.rejection.reasons });
    else if (answer.type === 'success') run.push({ plugin: plugin.name, status: 'Success', ...(answer.nodes ? { nodes: [...answer.nodes].sort() } : {}) });
  }
  return {
    preFilterSkip: skipped,
    preFilter: run,
    ...(result.nodeOrder ? { nodeOrder: [...table.order.order.subarray(0, table.order.count)].map(name) } : {}),
    evaluated: result.anyOrder ? evaluated.sort() : evaluated,
    ...(result.anyOrder ? { anyOrder: true } : {}),
    filter: Object.fromEntries([...trace.refused].map(([slot, rejection]) => [name(slot), [rejection.plugin, rejection.code, ...rejection.reasons]])),
    feasible,
    scoreSkip: [...trace.scoreSkipped].sort(),
    score: Object.fromEntries([...trace.scores].map(([plugin, { raw, normalized }]) => [plugin, { raw: inOrder(raw), ...(sameData(raw, normalized) ? {} : { norm: inOrder(normalized) }) }])),
    total: totals,
    best,
    ...(host === undefined ? {} : { host }),
    ...(decision.type === 'unschedulable' ? { unschedulablePlugins: decision.plugins } : {}),
    ...(decision.type === 'error' ? { error: decision.message } : {}),
    events: [
      decision.type === 'scheduled'
        ? { type: 'Normal', reason: 'Scheduled', action: 'Binding', note }
        : { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note },
    ],
    ...(decision.type === 'scheduled' ? {} : { condition: conditionOf(pod, decision, note) }),
    nextStart: decision.nextStart,
  };
};

const conditionOf = (pod: Pod, { type, message }: Exclude<Decision, { readonly type: 'scheduled' }>, note: string): NonNullable<GoldenResult['condition']> => ({
  reason: type === 'error' ? 'SchedulerError' : 'Unschedulable',
  ...(note === message ? {} : { message }),
  ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
});

const differences = (ours: GoldenResult, theirs: GoldenResult): string[] => {
  const found: string[] = [];
  const check = (field: string, mine: unknown, recorded: unknown): void => {
    if (!sameData(mine ?? null, recorded ?? null)) found.push(`${field}: ${JSON.stringify(mine)} instead of ${JSON.stringify(recorded)}`);
  };
  const empty = (value: unknown): unknown => (value && Object.keys(value).length === 0 ? undefined : value);
  const scored = theirs.score && Object.fromEntries(Object.entries(theirs.score).filter(([plugin]) => !NOT_SCORED.has(plugin)));
  const score = ours.score;
  const noted = theirs.events?.map(({ type, reason, action, note }) => ({ type, reason, action, note }));
  for (const field of ['gated', 'preFilterSkip', 'preFilter', 'nodeOrder', 'evaluated', 'filter', 'feasible', 'scoreSkip'] as const) check(field, empty(ours[field]), empty(theirs[field]));
  check('score', empty(score), empty(scored));
  for (const field of ['total', 'best', 'host', 'unschedulablePlugins', 'error'] as const) check(field, empty(ours[field]), empty(theirs[field]));
  check('events', ours.events, noted);
  check('condition', ours.condition, theirs.condition);
  check('nextStart', ours.nextStart, theirs.nextStart);
  return found;
};

/** Equality of plain data, whatever the order of fields. */
export const sameData = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => sameData((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
};
