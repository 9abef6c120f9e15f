import type { Envelope } from '../message.js';
import type { Random } from '../random.js';
import { type Duration, type Instant, milliseconds } from '../time.js';
import { kindOfName } from '../address.js';

/**
 * How long messages take from one end to the other, one way: uniform between the bounds, in milliseconds. An end that is absent is everyone.
 * Of several that fit the first counts.
 */
export interface LinkLatency {
  readonly from?: LinkEnd;
  readonly to?: LinkEnd;
  readonly least: number;
  readonly most: number;
}

/**
 * Who stands at the end of a link: a kind of components (`kubelet`), an actor (`kubelet/web-1`), those whose name ends with a number (`kubelet/web-#`);
 * a star before the slash is any kind. Patterns and not the names themselves, of which every host would hold thousands.
 */
export type LinkEnd = string | readonly string[];

/** The stream from one actor to another, while something is on it. */
export interface StreamLink {
  readonly from: string;
  readonly to: string;
  /** When the latest of what is under way arrives: nothing that is sent later may arrive before. */
  last: Instant;
  underway: number;
  /** What a fault holds back, oldest first. */
  held: Envelope[] | undefined;
  /** Reset: what was under way is lost. */
  broken: boolean;
}

/** The links between actors of one host: latency, the order of streams, and their resets. A link that carries nothing has no entry. */
export class Links {
  readonly #latencies: readonly LinkLatency[];
  readonly #random: Random;
  readonly #open = new Map<string, StreamLink>();
  /** The latencies that an actor is on the way of, as sender and as receiver, by their numbers: names are compared once. */
  readonly #ends = new Map<string, Ends>();
  readonly delaying: boolean;

  constructor(latencies: readonly LinkLatency[], random: Random) {
    this.#latencies = latencies;
    this.#random = random;
    this.delaying = latencies.length > 0;
  }

  latency(from: string, to: string): Duration {
    if (!this.delaying || from === to) return milliseconds(0);
    const [sends, receives] = [this.#endsOf(from).sends, this.#endsOf(to).receives];
    for (const [index, link] of this.#latencies.entries()) {
      if (sends[index] === 1 && receives[index] === 1) return milliseconds(link.least + this.#random.float() * (link.most - link.least));
    }
    return milliseconds(0);
  }

  #endsOf(actor: string): Ends {
    let ends = this.#ends.get(actor);
    if (!ends) {
      if (this.#ends.size >= MOST_ENDS) this.#ends.clear();
      ends = { sends: Uint8Array.from(this.#latencies, ({ from }) => Number(isEnd(from, actor))), receives: Uint8Array.from(this.#latencies, ({ to }) => Number(isEnd(to, actor))) };
      this.#ends.set(actor, ends);
    }
    return ends;
  }

  /** How many streams carry something now. */
  get size(): number {
    return this.#open.size;
  }

  find(from: string, to: string): StreamLink | undefined {
    return this.#open.size === 0 ? undefined : this.#open.get(linkKey(from, to));
  }

  open(from: string, to: string): StreamLink {
    const key = linkKey(from, to);
    let link = this.#open.get(key);
    if (!link) this.#open.set(key, (link = { from, to, last: Number.NEGATIVE_INFINITY as Instant, underway: 0, held: undefined, broken: false }));
    return link;
  }

  /** Puts something on the stream that may arrive from `earliest` on; its arrival is `last` of the link, which is left then. */
  enter(from: string, to: string, earliest: Instant): StreamLink {
    const link = this.open(from, to);
    if (earliest > link.last) link.last = earliest;
    link.underway++;
    return link;
  }

  leave(link: StreamLink): void {
    link.underway--;
    this.closeIfEmpty(link);
  }

  closeIfEmpty(link: StreamLink): void {
    if (link.underway > 0 || link.held !== undefined || link.broken) return;
    this.#open.delete(linkKey(link.from, link.to));
  }

  /** Streams on which a fault holds something, in the order in which they were opened. */
  holding(): StreamLink[] {
    return [...this.#open.values()].filter((link) => link.held !== undefined);
  }

  /** Everything on the stream between the two is lost; returns what was held. */
  reset(a: string, b: string): Envelope[] {
    const lost: Envelope[] = [];
    for (const key of [linkKey(a, b), linkKey(b, a)]) {
      const link = this.#open.get(key);
      if (!link) continue;
      this.#open.delete(key);
      link.broken = true;
      lost.push(...(link.held ?? []));
    }
    return lost;
  }
}

interface Ends {
  readonly sends: Uint8Array;
  readonly receives: Uint8Array;
}

/** Whose ends are remembered at most: more names than nodes have been seen on one host. */
const MOST_ENDS = 1_000_000;

const isEnd = (end: LinkEnd | undefined, actor: string): boolean => end === undefined || (typeof end === 'string' ? isMeant(end, actor) : end.some((one) => isMeant(one, actor)));

const isMeant = (pattern: string, actor: string): boolean => {
  const slash = pattern.indexOf('/');
  const kind = kindOfName(actor);
  if (slash < 0) return pattern === kind;
  if (pattern.slice(0, slash) !== '*' && pattern.slice(0, slash) !== kind) return false;
  const [wanted, instance] = [pattern.slice(slash + 1), actor.slice(kind.length + 1)];
  return wanted.endsWith('#') ? instance.startsWith(wanted.slice(0, -1)) && /^\d+$/.test(instance.slice(wanted.length - 1)) : wanted === instance;
};

const linkKey = (from: string, to: string): string => `${from}>${to}`;
