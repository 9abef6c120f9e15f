import { matchesName, type FaultPlan } from '../faults/plan.js';
import { FaultPlane } from '../faults/plane.js';
import { type Envelope, failure } from '../message.js';
import { Random } from '../random.js';
import { type Duration, type Instant, later } from '../time.js';
import type { Host } from './host.js';
import { type LinkLatency, Links } from './links.js';

/** What lies between the actors of a host: latency, and the faults that a plan puts on the links. */
export class Wire {
  readonly faults: FaultPlane;
  readonly links: Links;
  readonly #host: Host;
  /** What a stall without end holds. */
  readonly #held: Envelope[] = [];

  constructor(host: Host, latencies: readonly LinkLatency[]) {
    this.#host = host;
    const { seed, name } = host.options;
    this.faults = new FaultPlane(Random.named(seed, `faults/${name}`));
    this.links = new Links(latencies, Random.named(seed, `links/${name}`));
  }

  send(envelope: Envelope): void {
    if (this.faults.active) this.#judge(envelope);
    else if (this.links.delaying) this.#transit(envelope, this.links.latency(envelope.from.actor, envelope.to.actor));
    else this.#host.receive(envelope);
  }

  /** Replaces the plan of faults; its times count from now. Actions on whole hosts are the runtime's. */
  applyFaults(plan: FaultPlan): void {
    const host = this.#host;
    this.faults.apply(plan, host.now);
    for (const action of plan.actions ?? []) {
      const { actor } = action;
      if (actor === undefined) continue;
      host.timers.add(later(host.now, action.at as Duration), () => {
        for (const name of [...host.cells.keys()].filter((name) => matchesName(actor, name))) host.supervisor.act(action, name);
      });
    }
    // What stalled links held is judged anew, because the rules have changed.
    for (const envelope of this.#held.splice(0)) this.#judge(envelope);
    host.feeds.mayDeliver = this.faults.active ? (owner, subscriber, subscription) => host.traffic.judge(owner, subscriber, subscription) : undefined;
    for (const subscription of host.traffic.heldSubscriptions()) host.feeds.resume(subscription);
  }

  /** Resets the stream between two actors: what is under way is lost, requests fail, feeds end. */
  resetLink(a: string, b: string, tellPeers = true): void {
    const host = this.#host;
    this.links.reset(a, b);
    const pair = (x: string, y: string): boolean => (x === a && y === b) || (x === b && y === a);
    for (let i = this.#held.length - 1; i >= 0; i--) {
      const held = this.#held[i] as Envelope;
      if (held.link === 'stream' && pair(held.from.actor, held.to.actor)) this.#held.splice(i, 1);
    }
    host.slots.failWhere((slot) => pair(slot.requester.actor, slot.target.actor), failure('unavailable'));
    host.traffic.reset(pair);
    if (tellPeers) host.options.peers?.toAll({ item: 'reset', between: [a, b] });
  }

  #transit(envelope: Envelope, delay: Duration): void {
    const host = this.#host;
    const at = this.links.arrival(envelope.from.actor, envelope.to.actor, envelope.link, later(host.now, delay));
    if (at <= host.now) return host.receive(envelope);
    const generation = this.links.generation(envelope);
    host.timers.add(at, () => {
      if (this.links.generation(envelope) === generation) host.receive(envelope);
      else host.drop(envelope, 'fault');
    });
  }

  #judge(envelope: Envelope): void {
    const host = this.#host;
    const [from, to] = [envelope.from.actor, envelope.to.actor];
    const latency = this.links.latency(from, to);
    if (from === to) return this.#transit(envelope, latency);
    const verdict = this.faults.judge(envelope, host.now);
    switch (verdict.type) {
      case 'pass':
        return this.#transit(envelope, latency);
      case 'delay':
        return this.#transit(envelope, (latency + verdict.by) as Duration);
      case 'hold':
        if (resetsFirst(verdict)) host.traffic.resetLater(from, to, verdict.resetAt);
        if (verdict.until === undefined) this.#held.push(envelope);
        else this.#transit(envelope, (verdict.until - host.now + latency) as Duration);
        return;
      case 'reset':
        host.drop(envelope, 'fault');
        return this.resetLink(from, to);
      case 'drop':
      case 'corrupt': // The receiver's checksum finds it, as in UDP.
        return host.drop(envelope, 'fault');
      case 'duplicate':
        this.#transit(envelope, latency);
        return this.#transit(envelope, latency);
    }
  }
}

/** Whether a held link is given up before it is let go. */
export const resetsFirst = (hold: { readonly until: Instant | undefined; readonly resetAt: Instant | undefined }): hold is { until: Instant | undefined; resetAt: Instant } =>
  hold.resetAt !== undefined && (hold.until === undefined || hold.resetAt < hold.until);
