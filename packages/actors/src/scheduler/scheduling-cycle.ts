import { refreshOrder } from './cache/node-order.js';
import type { NodeTable } from './cache/node-table.js';
import type { PodInfo } from './cache/pod-info.js';
import { type Candidates, newCandidates } from './framework/candidates.js';
import type { AnyPlugin, FilterFailure, PreFilterResult, PreScoreResult } from './framework/plugin.js';
import type { Profile } from './framework/profile.js';
import { noNodeMessage } from './framework/reasons.js';
import type { Rejection } from './framework/status.js';
import { selectHost } from './select-host.js';

/** What a scheduling cycle found (schedule_one.go `SchedulePod`). `nextStart` is where the next cycle begins to look. */
export type Decision =
  | { readonly type: 'scheduled'; readonly node: string; readonly nextStart: number }
  /** No node takes the pod; these plugins refused it. */
  | { readonly type: 'unschedulable'; readonly message: string; readonly plugins: readonly string[]; readonly nextStart: number }
  | { readonly type: 'error'; readonly message: string; readonly nextStart: number };

/** What a cycle leaves for whoever wants to know more than its decision; the golden comparison asks. Scores are copies. */
export interface CycleTrace {
  preFilter: { readonly plugin: AnyPlugin; readonly result: PreFilterResult<never> }[];
  evaluated: number[];
  refused: Map<number, Rejection>;
  feasible: number[];
  scoreSkipped: string[];
  scores: Map<string, { readonly raw: readonly number[]; readonly normalized: readonly number[] }>;
  totals: number[];
}

export const newCycleTrace = (): CycleTrace => ({ preFilter: [], evaluated: [], refused: new Map(), feasible: [], scoreSkipped: [], scores: new Map(), totals: [] });

/** `numFeasibleNodesToFind`: below 100 nodes all, else a part that falls from 50 % to 5 %, at least 100. */
export const feasibleNodesToFind = (nodes: number): number => {
  if (nodes < 100) return nodes;
  const percentage = Math.max(50 - Math.trunc(nodes / 125), 5);
  return Math.max(Math.trunc((nodes * percentage) / 100), 100);
};

/** Room to work in. A cycle is one step, so all cycles of a thread share it. */
const candidates: Candidates = newCandidates();
let evaluated = new Int32Array(0);
let feasible = new Int32Array(0);
let scores = new Float64Array(0);
let totals = new Float64Array(0);

const makeRoom = (nodes: number, slots: number): void => {
  if (feasible.length < nodes) {
    const size = Math.max(nodes, feasible.length * 2);
    candidates.nodes = new Int32Array(size);
    evaluated = new Int32Array(size);
    feasible = new Int32Array(size);
    scores = new Float64Array(size);
    totals = new Float64Array(size);
  }
  if (candidates.verdicts.length < slots) candidates.verdicts = new Int32Array(slots);
  candidates.rejections.length = 0;
  candidates.refused.length = 0;
};

const NONE_LEFT_OUT = 'node(s) didn\'t satisfy plugin(s)';

/** Decides where one pod goes. Reads the table and changes nothing; the caller counts the pod on its node (`assumePod`). */
export const scheduleOne = (profile: Profile, table: NodeTable, pod: PodInfo, nextStart: number, lowestPriority: number | undefined, trace?: CycleTrace): Decision => {
  refreshOrder(table.order);
  const allNodes = table.order.count;
  if (allNodes === 0) return { type: 'unschedulable', message: 'no nodes available to schedule pods', plugins: [], nextStart };
  makeRoom(allNodes, table.capacity);

  const states = new Map<AnyPlugin, unknown>();
  let named: readonly string[] | undefined;
  const namedBy: string[] = [];
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter?.(pod, table);
    if (!result) continue;
    trace?.preFilter.push({ plugin, result });
    if (result.type === 'skip') continue;
    if (result.type === 'rejected') return refusedByPreFilter(result.rejection, allNodes, namedBy, nextStart);
    states.set(plugin, result.state);
    const { nodes } = result;
    if (!nodes) continue;
    namedBy.push(plugin.name);
    named = named ? named.filter((name) => nodes.has(name)) : [...nodes].sort();
    if (named.length === 0) {
      const rejection: Rejection = { plugin: plugin.name, code: 'UnschedulableAndUnresolvable', reasons: [`${NONE_LEFT_OUT} [${namedBy.sort().join(' ')}] simultaneously`] };
      return refusedByPreFilter(rejection, allNodes, namedBy, nextStart);
    }
  }

  const filters = profile.filter.filter((plugin) => !plugin.preFilter || states.has(plugin));
  const nodes = named ? slotsOf(table, named) : table.order.order;
  const total = named ? nodes.length : allNodes;
  const found = findFeasible(filters, states, table, pod, nodes, total, nextStart, trace);
  const start = (nextStart + found.processed) % allNodes;
  if (trace) for (let at = 0; at < found.count; at++) trace.feasible.push(feasible[at] as number);
  if (found.count === 0) return noNode(profile, table, pod, allNodes, named ? allNodes - total : 0, namedBy, lowestPriority, start);
  if (found.count === 1) return { type: 'scheduled', node: table.names[feasible[0] as number] as string, nextStart: start };

  const failed = score(profile, table, pod, found.count, trace);
  if (failed) return { type: 'error', message: failed, nextStart: start };
  return { type: 'scheduled', node: table.names[feasible[selectHost(totals, found.count)] as number] as string, nextStart: start };
};

const slotsOf = (table: NodeTable, names: readonly string[]): Int32Array => {
  const slots: number[] = [];
  for (const name of names) {
    const slot = table.slots.get(name);
    if (slot !== undefined && table.present[slot] === 1) slots.push(slot);
  }
  return Int32Array.from(slots);
};

/**
 * `findNodesThatPassFilters` with parallelism 1: looks from `start` on until one more than enough is found; that one is looked at but
 * not counted. Nodes go through the plugins in batches of as many as are still sought, so no node too many is looked at.
 */
const findFeasible = (
  filters: readonly AnyPlugin[],
  states: ReadonlyMap<AnyPlugin, unknown>,
  table: NodeTable,
  pod: PodInfo,
  nodes: Int32Array,
  total: number,
  start: number,
  trace: CycleTrace | undefined,
): { readonly count: number; readonly processed: number } => {
  const enough = feasibleNodesToFind(total);
  let looked = 0;
  let count = 0;
  let from = total === 0 ? 0 : start % total;
  while (looked < total && count <= enough) {
    const batch = Math.min(enough + 1 - count, total - looked);
    const list = candidates.nodes;
    for (let at = 0; at < batch; at++) {
      list[at] = nodes[from] as number;
      if (++from === total) from = 0;
    }
    if (trace) for (let at = 0; at < batch; at++) evaluated[looked + at] = list[at] as number;
    looked += batch;
    candidates.count = batch;
    for (const plugin of filters) {
      if (candidates.count === 0) break;
      plugin.filter?.(states.get(plugin) as never, pod, table, candidates);
    }
    for (let at = 0; at < candidates.count; at++) feasible[count++] = list[at] as number;
  }
  const failed = looked - count;
  if (trace) traceFilters(trace, looked, count);
  count = Math.min(count, enough);
  return { count, processed: count + failed };
};

const traceFilters = (trace: CycleTrace, looked: number, count: number): void => {
  const passed = new Set(feasible.subarray(0, count));
  for (const node of evaluated.subarray(0, looked)) {
    trace.evaluated.push(node);
    const rejection = candidates.rejections[candidates.verdicts[node] as number];
    if (!passed.has(node) && rejection) trace.refused.set(node, rejection);
  }
};

const refusedByPreFilter = (rejection: Rejection, allNodes: number, namedBy: readonly string[], nextStart: number): Decision => {
  // PreFilter ended before DynamicResources, whose PostFilter then finds no state: its error ends the message.
  const message = `0/${allNodes} nodes are available: ${rejection.reasons.join(', ')}. not found`;
  return { type: 'unschedulable', message, plugins: [...new Set([...namedBy, rejection.plugin])].sort(), nextStart };
};

const noNode = (
  profile: Profile,
  table: NodeTable,
  pod: PodInfo,
  allNodes: number,
  leftOut: number,
  namedBy: readonly string[],
  lowestPriority: number | undefined,
  nextStart: number,
): Decision => {
  const refusals = candidates.rejections.map((rejection, at) => ({ rejection, nodes: candidates.refused[at] as number })).filter(({ nodes }) => nodes > 0);
  const absent =
    leftOut === 0
      ? undefined
      : { rejection: { plugin: '', code: 'UnschedulableAndUnresolvable' as const, reasons: [`${NONE_LEFT_OUT} [${[...namedBy].sort().join(' ')}]`] }, nodes: leftOut };
  const failure: FilterFailure = { table, allNodes, refusals, absent, lowestPriority };
  const after = profile.postFilter.map((plugin) => plugin.postFilter?.(pod, failure).message ?? '').filter((message) => message !== '');
  const plugins = [...new Set([...namedBy, ...refusals.map(({ rejection }) => rejection.plugin)])].sort();
  return { type: 'unschedulable', message: [noNodeMessage(failure), ...after].join(' '), plugins, nextStart };
};

/** Fills `totals` for the feasible nodes; answers with an error's text if a plugin fails. */
const score = (profile: Profile, table: NodeTable, pod: PodInfo, count: number, trace: CycleTrace | undefined): string | undefined => {
  const states = new Map<AnyPlugin, PreScoreResult<never>>();
  for (const plugin of profile.preScore) {
    const result = plugin.preScore?.(pod, table);
    if (!result) continue;
    if (result.type === 'error') return `running PreScore plugin "${plugin.name}": ${result.error.message}`;
    if (result.type === 'skip') trace?.scoreSkipped.push(plugin.name);
    states.set(plugin, result);
  }
  let alike = 0;
  let first = true;
  for (const { plugin, weight } of profile.score) {
    const prepared = states.get(plugin);
    if (prepared?.type === 'skip') continue;
    if (prepared?.type === 'same') {
      alike += weight * prepared.normalized;
      trace?.scores.set(plugin.name, { raw: new Array<number>(count).fill(prepared.raw), normalized: new Array<number>(count).fill(prepared.normalized) });
      continue;
    }
    plugin.score?.((prepared?.type === 'success' ? prepared.state : undefined) as never, pod, table, feasible, count, scores);
    const raw = trace ? [...scores.subarray(0, count)] : [];
    plugin.normalize?.(scores, count);
    trace?.scores.set(plugin.name, { raw, normalized: [...scores.subarray(0, count)] });
    addWeighted(count, weight, first);
    first = false;
  }
  if (first) totals.fill(0, 0, count);
  // What all nodes have alike changes no order, so it is left out of `totals`.
  if (trace) for (let at = 0; at < count; at++) trace.totals.push((totals[at] as number) + alike);
  return undefined;
};

const addWeighted = (count: number, weight: number, first: boolean): void => {
  const [from, to] = [scores, totals];
  if (first) for (let at = 0; at < count; at++) to[at] = weight * (from[at] as number);
  else for (let at = 0; at < count; at++) to[at] = (to[at] as number) + weight * (from[at] as number);
};
