import type { Envelope, LinkKind } from '../message.js';
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

/**
 * The links between actors of one host: latency, the order of stream links, and their resets. A link that delays nothing and was never
 * reset has no entry.
 */
export class Links {
  readonly #latencies: readonly LinkLatency[];
  readonly #random: Random;
  readonly #lastArrival = new Map<string, Instant>();
  readonly #generation = new Map<string, number>();
  readonly delaying: boolean;

  constructor(latencies: readonly LinkLatency[], random: Random) {
    this.#latencies = latencies;
    this.#random = random;
    this.delaying = latencies.length > 0;
  }

  latency(from: string, to: string): Duration {
    if (from === to) return milliseconds(0);
    const [fromKind, toKind] = [kindOfName(from), kindOfName(to)];
    for (const link of this.#latencies) {
      if (link.from !== undefined && link.from !== fromKind) continue;
      if (link.to !== undefined && link.to !== toKind) continue;
      return milliseconds(link.least + this.#random.float() * (link.most - link.least));
    }
    return milliseconds(0);
  }

  /** When a message that leaves now arrives: streams keep their order. */
  arrival(from: string, to: string, link: LinkKind, earliest: Instant): Instant {
    if (link === 'datagram') return earliest;
    const key = linkKey(from, to);
    const last = this.#lastArrival.get(key);
    const at = last !== undefined && last > earliest ? last : earliest;
    this.#lastArrival.set(key, at);
    return at;
  }

  /** Everything under way on the stream between the two is lost. */
  reset(a: string, b: string): void {
    for (const key of [linkKey(a, b), linkKey(b, a)]) {
      this.#generation.set(key, this.generationOf(key) + 1);
      this.#lastArrival.delete(key);
    }
  }

  generation(envelope: Envelope): number {
    return envelope.link === 'stream' && this.#generation.size > 0 ? this.generationOf(linkKey(envelope.from.actor, envelope.to.actor)) : 0;
  }

  private generationOf(key: string): number {
    return this.#generation.get(key) ?? 0;
  }
}

const linkKey = (from: string, to: string): string => `${from}>${to}`;
