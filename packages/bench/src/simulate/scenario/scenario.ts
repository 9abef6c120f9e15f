import type { KubernetesObject } from '@naumachia/actors';
import type { Span } from '../../yaml/values.js';

/** A failure experiment: what is created, what people do meanwhile, what fails, and what must hold. Plain data: it crosses to workers. */
export interface Scenario {
  readonly file: string;
  readonly about: string;
  readonly nodes: number;
  /** `recorded`: pulls, mounts and syncs take as long as on the recorded machines; `none`: no time. */
  readonly latency: 'recorded' | 'none';
  readonly objects: readonly KubernetesObject[];
  readonly load: readonly LoadStep[];
  /** Each of these happens. */
  readonly faults: readonly Fault[];
  /** Of these each seed draws which happen at all, how often and how badly. */
  readonly swarm: readonly SwarmFault[];
  /** How long things may fail, milliseconds from the creation of the objects; then everything is healed. */
  readonly duration: number;
  /** How long it may take after that until what must hold at the end does, milliseconds. */
  readonly settle: number;
  /** Names of properties, of `properties/`. */
  readonly always: readonly string[];
  readonly atEnd: readonly string[];
}

/** Something that people do to the cluster. */
export interface LoadStep {
  readonly at: Span;
  /** Done again and again, this long after the last time, while `until` has not come. */
  readonly every: Span | undefined;
  readonly until: number | undefined;
  readonly action: LoadAction;
}

export type LoadAction =
  | { readonly type: 'set-image'; readonly namespace: string; readonly deployment: string; readonly container: string; readonly image: string }
  | { readonly type: 'scale'; readonly namespace: string; readonly deployment: string; readonly replicas: Span }
  | { readonly type: 'restart'; readonly namespace: string; readonly deployment: string }
  /** One of its pods, by chance. */
  | { readonly type: 'delete-pod'; readonly namespace: string; readonly deployment: string };

/**
 * Something that fails. Times are milliseconds from the creation of the objects. `actor` is the name of a component, `node-3` (both
 * components of a node), or ends with `?` (one that the seed draws) or `*` (all of them); so do the two ends of a link.
 */
export type Fault = { readonly at: Span } & (
  | { readonly type: 'kill'; readonly actor: string; readonly for: Span }
  | { readonly type: 'restart'; readonly actor: string }
  | { readonly type: 'pause'; readonly actor: string; readonly for: Span }
  | { readonly type: 'slow'; readonly actor: string; readonly perStep: Span; readonly for: Span }
  | { readonly type: 'partition'; readonly between: readonly [string, string]; readonly oneWay: boolean; readonly for: Span }
  | { readonly type: 'stall'; readonly between: readonly [string, string]; readonly oneWay: boolean; readonly for: Span }
  | { readonly type: 'delay'; readonly between: readonly [string, string]; readonly by: Span; readonly for: Span }
  | { readonly type: 'reset'; readonly between: readonly [string, string]; readonly probability: Span; readonly for: Span }
);

export type SwarmFault = Fault & {
  /** How likely it is that a seed has it at all. */
  readonly chance: number;
  readonly times: Span;
};
