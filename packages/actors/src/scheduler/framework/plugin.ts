import type { KubernetesObject } from '../../api/object.js';
import type { NodeTable } from '../cache/node-table.js';
import type { PodInfo } from '../cache/pod-info.js';
import type { Candidates } from './candidates.js';
import type { ClusterEvent } from './cluster-event.js';
import type { PluginError, Rejection } from './status.js';

/**
 * What a scheduler plugin is: pure functions at the extension points of kube-scheduler (framework/interface.go). `F` is what its
 * PreFilter hands to Filter, `S` what its PreScore hands to Score. A plugin fills in the points that concern it and stands as one
 * line in `plugins/index.ts`; the list there gives order and weights.
 */
export interface Plugin<F = undefined, S = undefined> {
  readonly name: string;
  /** Keeps a pod out of the active queue. */
  readonly preEnqueue?: (pod: PodInfo) => Rejection | undefined;
  /** QueueSort: whether `a` is to be scheduled before `b`. */
  readonly less?: (a: Queued, b: Queued) => boolean;
  readonly preFilter?: (pod: PodInfo, table: NodeTable) => PreFilterResult<F>;
  /** Keeps the candidates that pass and refuses the others. `state` is what PreFilter made, if the plugin has one. */
  readonly filter?: (state: F, pod: PodInfo, table: NodeTable, candidates: Candidates) => void;
  readonly preScore?: (pod: PodInfo, table: NodeTable) => PreScoreResult<S>;
  /** Sets `scores[i]` for `nodes[i]`: integers. */
  readonly score?: (state: S, pod: PodInfo, table: NodeTable, nodes: Int32Array, count: number, scores: Float64Array) => void;
  /** Brings the scores into 0..100. */
  readonly normalize?: (scores: Float64Array, count: number) => void;
  readonly postFilter?: (pod: PodInfo, failure: FilterFailure) => PostFilterResult;
  /** What can make a pod schedulable that this plugin refused. */
  readonly events?: readonly EventWithHint[];
}

/** A plugin whose `F` and `S` are its own affair: what it hands from one point to the next never meets another plugin. */
export type AnyPlugin = Plugin<never, never>;

export const definePlugin = <F = undefined, S = undefined>(plugin: Plugin<F, S>): AnyPlugin => plugin as unknown as AnyPlugin;

export interface Queued {
  readonly pod: PodInfo;
  /** When the pod entered the queue, or came back to it, in milliseconds. */
  readonly timestamp: number;
}

export type PreFilterResult<F> =
  | { readonly type: 'success'; readonly state: F; /** Only these nodes can be meant, by name. */ readonly nodes?: ReadonlySet<string> }
  /** Filter has nothing to do for this pod. */
  | { readonly type: 'skip' }
  | { readonly type: 'rejected'; readonly rejection: Rejection };

export type PreScoreResult<S> =
  | { readonly type: 'success'; readonly state: S }
  /** Every node scores the same, which needs no look at any. */
  | { readonly type: 'same'; readonly raw: number; readonly normalized: number }
  | { readonly type: 'skip' }
  | { readonly type: 'error'; readonly error: PluginError };

/** Why no node was left: what PostFilter starts from. */
export interface FilterFailure {
  readonly table: NodeTable;
  readonly allNodes: number;
  /** Explicit refusals and how many nodes each concerns. */
  readonly refusals: readonly { readonly rejection: Rejection; readonly nodes: number }[];
  /** Nodes that were never looked at because PreFilter left them out, all for this reason. */
  readonly absent: { readonly rejection: Rejection; readonly nodes: number } | undefined;
  /** The lowest priority of any pod that stands on a node. */
  readonly lowestPriority: number | undefined;
}

/** Preemption names a node some day; until then PostFilter only says why nothing can be done. */
export interface PostFilterResult {
  readonly message: string;
}

export type Hint = 'Queue' | 'QueueSkip';

/** Says whether an event is worth trying the pod again; `former` is missing for additions, `current` for deletions. */
export type HintFunction = (pod: PodInfo, former: KubernetesObject | undefined, current: KubernetesObject | undefined) => Hint;

export interface EventWithHint {
  readonly event: ClusterEvent;
  /** Absent: always `Queue`. */
  readonly hint?: HintFunction;
}
