import type { Envelope } from '../message.js';
import type { Random } from '../random.js';
import { type Duration, type Instant, milliseconds } from '../time.js';
import { kindOfName } from '../address.js';

/** How long messages take between two kinds of components: uniform between the bounds, in milliseconds. */
export interface LinkLatency {
  readonly from?: string;
  readonly to?: string;
  readonly least: number;
  readonly most: number;
}

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
  readonly delaying: boolean;

  constructor(latencies: readonly LinkLatency[], random: Random) {
    this.#latencies = latencies;
    this.#random = random;
    this.delaying = latencies.length > 0;
  }

  latency(from: string, to: string): Duration {
    if (!this.delaying || from === to) return milliseconds(0);
    const [fromKind, toKind] = [kindOfName(from), kindOfName(to)];
    for (const link of this.#latencies) {
      if (link.from !== undefined && link.from !== fromKind) continue;
      if (link.to !== undefined && link.to !== toKind) continue;
      return milliseconds(link.least + this.#random.float() * (link.most - link.least));
    }
    return milliseconds(0);
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

const linkKey = (from: string, to: string): string => `${from}>${to}`;
