import { availableParallelism } from 'node:os';
import { kindOfName } from '../address.js';
import type { ActorSpec } from '../actor.js';

/**
 * Which host runs what, by kind of component: a number is that host, `spread` deals them over the hosts that no number names (or all,
 * if none is left), by the instance's name, so that what shares a name (a node's kubelet and proxy) shares a host; `own` gives each
 * actor a host of its own. What an actor spawns shares its host.
 */
export interface Placement {
  /** Worker threads; 0: everything inline on the caller's thread. */
  readonly hosts: number;
  readonly kinds: { readonly [kind: string]: number | 'spread' | 'own' };
  readonly otherwise: number | 'spread' | 'own';
  /** Absent: all hosts are of the caller's process. */
  readonly processes?: ProcessPlacement;
}

/**
 * Which process runs what, by kind of component: a number is that process, 0 the caller's own; the hosts of all other kinds are dealt over processes 1 to
 * `count`, by the instance's name, so that what shares a name shares a process.
 */
export interface ProcessPlacement {
  readonly count: number;
  readonly kinds: { readonly [kind: string]: number };
}

/** The host on the caller's thread. */
export const MAIN = 'main';

/** Every actor on a thread of its own. */
export const OWN_THREADS: Placement = { hosts: 0, kinds: {}, otherwise: 'own' };

/** The store's way (`together`) on one host, the rest spread over the others. */
export const packedPlacement = (together: readonly string[], hosts = availableParallelism()): Placement => ({
  hosts,
  kinds: Object.fromEntries(together.map((kind) => [kind, 0])),
  otherwise: hosts > 1 ? 'spread' : 0,
});

/** The name of the host that runs an actor. */
export const hostOf = (placement: Placement, spec: ActorSpec): string => {
  if (placement.hosts === 0 && placement.otherwise !== 'own') return MAIN;
  const kind = kindOfName(spec.name);
  const where = placement.kinds[kind] ?? placement.otherwise;
  if (where === 'own') return spec.name;
  if (typeof where === 'number') return `host-${where}`;
  const named = new Set(Object.values(placement.kinds).filter((value) => typeof value === 'number'));
  const free = Array.from({ length: placement.hosts }, (_, index) => index).filter((index) => !named.has(index));
  const hosts = free.length > 0 ? free : Array.from({ length: placement.hosts }, (_, index) => index);
  return `host-${hosts[shareOf(spec.name) % hosts.length]}`;
};

/** Deals hosts over processes as a placement says; the host of one and the same instance always gets the same. */
export const processDealer = ({ count, kinds }: ProcessPlacement): ((host: string) => number) => {
  const dealt = new Map<string, number>();
  return (host) => {
    const fixed = kinds[kindOfName(host)];
    if (fixed !== undefined) return fixed;
    const instance = instanceOf(host);
    let process = dealt.get(instance);
    if (process === undefined) dealt.set(instance, (process = (dealt.size % count) + 1));
    return process;
  };
};

const instanceOf = (actor: string): string => actor.slice(actor.indexOf('/') + 1);

const shareOf = (actor: string): number => {
  const instance = instanceOf(actor);
  let sum = 0;
  for (let i = 0; i < instance.length; i++) sum = (Math.imul(sum, 31) + instance.charCodeAt(i)) >>> 0;
  return sum;
};
