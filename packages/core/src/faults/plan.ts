import type { LinkKind } from '../message.js';

/**
 * A plan of faults: plain data, the same in every mode, so it can be written in a file and replayed. Times are milliseconds since
 * the plan was applied. Names match exactly, or with one `*` at the end (`kubelet/*`).
 */
export interface FaultPlan {
  readonly rules?: readonly FaultRule[];
  readonly actions?: readonly FaultAction[];
}

/** What happens on links between actors while the rule is in force. The first rule whose verdict is not `pass` wins. */
export interface FaultRule {
  readonly from?: string;
  readonly to?: string;
  /** Also in the other direction; a partition that is not is one-way. */
  readonly bothWays?: boolean;
  /** Only links of this kind. */
  readonly link?: LinkKind;
  readonly start?: number;
  /** When it ends; absent: never. */
  readonly end?: number;
  /** How often the rule acts on a message, 0 to 1; default 1. */
  readonly probability?: number;
  readonly fault: LinkFault;
}

/**
 * On stream links: `delay` (order is kept), `stall` (held until the rule ends), `reset` (pending requests fail, feeds end),
 * `partition` (held as in a stall; the link is reset after `resetAfter` ms, default 15,000, as TCP gives up).
 * On datagram links: `delay`, `partition` and `drop` lose or delay, and `duplicate`, `reorder`, `corrupt` act.
 */
export type LinkFault =
  | { readonly type: 'delay'; readonly milliseconds: number; readonly jitter?: number }
  | { readonly type: 'stall' }
  | { readonly type: 'reset' }
  | { readonly type: 'partition'; readonly resetAfter?: number }
  | { readonly type: 'drop' }
  | { readonly type: 'duplicate' }
  | { readonly type: 'reorder'; readonly within: number }
  | { readonly type: 'corrupt' };

/**
 * What happens to actors, to whole hosts (threads) by the name of the host, or to whole processes (`process-1`, `process-2`, ...; a `kill` is kill -9, a `pause`
 * stops and continues it). Where hosts are not threads, each actor that nobody spawned counts as a host of its own name; where there is one process, there is
 * none to act on.
 */
export type FaultAction = ((EndingFault | SlowingFault) & ({ readonly actor: string; readonly host?: undefined; readonly process?: undefined } | { readonly host: string; readonly actor?: undefined; readonly process?: undefined })) | ProcessFault;

export type ProcessFault = EndingFault & { readonly process: string; readonly actor?: undefined; readonly host?: undefined };

type EndingFault =
  /** Ends the target at once; its supervisor restarts it after its back-off, or after `downFor` ms. */
  | { readonly type: 'kill'; readonly at: number; readonly downFor?: number }
  /** Stops the target in order and starts it again at once. */
  | { readonly type: 'restart'; readonly at: number }
  /** The target handles nothing for `for` ms; what is sent to it waits. */
  | { readonly type: 'pause'; readonly at: number; readonly for: number };

/** Each step of the target takes `perStep` ms longer, for `for` ms. */
interface SlowingFault {
  readonly type: 'slow';
  readonly at: number;
  readonly perStep: number;
  readonly for: number;
}

/** What is left of a plan `elapsed` ms after it was applied, for a host that joins later: its times count from then. */
export const remainingPlan = (plan: FaultPlan, elapsed: number): FaultPlan => ({
  rules: (plan.rules ?? [])
    .filter((rule) => rule.end === undefined || rule.end > elapsed)
    .map((rule) => ({ ...rule, start: (rule.start ?? 0) - elapsed, ...(rule.end !== undefined && { end: rule.end - elapsed }) })),
  actions: (plan.actions ?? []).filter((action) => action.at > elapsed).map((action) => (Object.assign({}, action, { at: action.at - elapsed }))),
});

export const matchesName = (pattern: string | undefined, name: string): boolean =>
  pattern === undefined || pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
