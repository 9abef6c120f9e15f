import type { Address } from '../address.js';
import { type Duration, type Instant, later } from '../time.js';
import { type FaultAction, type FaultPlan, matchesName } from '../faults/plan.js';
import { FaultPlane } from '../faults/plane.js';
import { type Envelope, failure } from '../message.js';
import { Random } from '../random.js';
import type { Cell } from './cell.js';
import type { Host } from './host.js';
import { type LinkLatency, Links } from './links.js';
import type { Timer } from './timers.js';

/** What lies between the actors of a host: latency, and the faults that a plan puts on the links. */
export class Wire {
  readonly faults: FaultPlane;
  readonly links: Links;
  readonly #host: Host;
  /** Instants at which what is held is judged anew. */
  readonly #releases = new Set<Instant>();
  readonly #leftInOrder = new Map<string, number>();
  #actions: Timer[] = [];

  constructor(host: Host, latencies: readonly LinkLatency[]) {
    this.#host = host;
    const { seed, name } = host.options;
    this.faults = new FaultPlane(Random.named(seed, `faults/${name}`));
    this.links = new Links(latencies, Random.named(seed, `links/${name}`));
  }

  send(envelope: Envelope): void {
    const { faults, links } = this;
    if (!faults.active && !links.delaying && links.size === 0) return this.#host.delivery.receive(envelope);
    const [from, to] = [envelope.from.actor, envelope.to.actor];
    if (from === to) this.#transit(envelope, 0);
    else if (faults.active) this.#judge(envelope);
    else this.#transit(envelope, links.latency(from, to));
  }

  /** Replaces the plan of faults; its times count from now. Kills and pauses of whole worker threads are the runtime's. */
  applyFaults(plan: FaultPlan): void {
    const host = this.#host;
    for (const timer of this.#actions) host.timers.cancel(timer);
    this.faults.apply(plan, host.now);
    host.traffic.forgetResets();
    this.#actions = (plan.actions ?? []).map((action) =>
      host.timers.add(later(host.now, action.at as Duration), () => {
        for (const cell of this.#targets(action)) host.supervisor.act(action, cell);
      }),
    );
    host.feeds.mayDeliver = this.faults.active ? (owner, subscriber, subscription) => host.traffic.judge(owner, subscriber, subscription) : undefined;
    // What was held is judged anew, because the rules have changed.
    this.#release();
    for (const subscription of host.traffic.heldSubscriptions()) host.feeds.resume(subscription);
  }

  /** Resets the stream between two actors: what is under way is lost, requests fail, feeds end. */
  resetLink(a: string, b: string, tellPeers = true): void {
    const host = this.#host;
    const pair = (x: string, y: string): boolean => (x === a && y === b) || (x === b && y === a);
    for (const envelope of this.links.reset(a, b)) host.delivery.drop(envelope, 'fault');
    host.slots.failWhere((slot) => pair(slot.requester.actor, slot.target.actor), failure('unavailable'));
    host.traffic.reset(pair);
    if (tellPeers) host.options.peers?.toAll({ item: 'reset', between: [a, b] });
  }

  /** The actors that an action means; hosts are named where they are not threads of their own, by `hostOf`. */
  #targets(action: FaultAction): Cell[] {
    const { cells, options } = this.#host;
    const { actor, host } = action;
    const all = [...cells.values()];
    // Processes are the runtime's.
    if (action.process !== undefined) return [];
    if (actor !== undefined) return all.filter((cell) => matchesName(actor, cell.spec.name));
    const { hostOf } = options;
    if (hostOf) return all.filter((cell) => cell.parent === undefined && matchesName(host, hostOf(cell.spec.name)));
    return action.type === 'slow' && matchesName(host, options.name) ? all : [];
  }

  #transit(envelope: Envelope, delay: number): void {
    const { timers, delivery, now } = this.#host;
    const [from, to] = [envelope.from.actor, envelope.to.actor];
    const at = later(now, delay as Duration);
    if (envelope.link === 'datagram') {
      if (delay <= 0) delivery.receive(envelope);
      else timers.add(at, () => this.#arrive(envelope));
      return;
    }
    // Also without a delay of its own it must not overtake what is still under way.
    if (delay <= 0 && !this.links.find(from, to)) return delivery.receive(envelope);
    const link = this.links.enter(from, to, at);
    timers.add(link.last, () => {
      this.links.leave(link);
      if (link.broken) delivery.drop(envelope, 'fault');
      else this.#arrive(envelope);
    });
  }

  /** What an incarnation sent that has failed and been replaced meanwhile is not delivered. */
  #arrive(envelope: Envelope): void {
    const { cells, delivery } = this.#host;
    const { actor, incarnation } = envelope.from;
    const sender = cells.get(actor);
    const isReplaced = incarnation !== 0 && sender !== undefined && sender.address.incarnation !== incarnation && this.#leftInOrder.get(actor) !== incarnation;
    if (isReplaced) delivery.drop(envelope, 'fenced');
    else delivery.receive(envelope);
  }

  /** An incarnation was stopped in order: what it said last is still delivered. */
  leftInOrder({ actor, incarnation }: Address): void {
    this.#leftInOrder.set(actor, incarnation);
  }

  #judge(envelope: Envelope): void {
    const { delivery, now, traffic } = this.#host;
    const [from, to] = [envelope.from.actor, envelope.to.actor];
    const latency = this.links.latency(from, to);
    const verdict = this.faults.judge(envelope, now);
    const held = envelope.link === 'stream' ? this.links.find(from, to)?.held : undefined;
    switch (verdict.type) {
      case 'pass':
      case 'delay':
        if (held) held.push(envelope);
        else this.#transit(envelope, verdict.type === 'delay' ? latency + verdict.by : latency);
        return;
      case 'hold':
        if (resetsFirst(verdict)) traffic.resetLater(from, to, verdict.resetAt);
        if (verdict.until !== undefined) this.#releaseAt(verdict.until);
        if (held) held.push(envelope);
        else this.links.open(from, to).held = [envelope];
        return;
      case 'reset':
        delivery.drop(envelope, 'fault');
        return this.resetLink(from, to);
      case 'drop':
      case 'corrupt': // The receiver's checksum finds it, as in UDP.
        return delivery.drop(envelope, 'fault');
      case 'duplicate':
        this.#transit(envelope, latency);
        return this.#transit(envelope, this.links.latency(from, to));
    }
  }

  #releaseAt(until: Instant): void {
    if (this.#releases.has(until)) return;
    this.#releases.add(until);
    this.#host.timers.add(until, () => {
      this.#releases.delete(until);
      this.#release();
    });
  }

  #release(): void {
    for (const link of this.links.holding()) {
      const held = link.held ?? [];
      link.held = undefined;
      for (const envelope of held) {
        // A reset on the way loses the rest with it.
        if (link.broken) this.#host.delivery.drop(envelope, 'fault');
        else this.send(envelope);
      }
      this.links.closeIfEmpty(link);
    }
  }
}

/** Whether a held link is given up before it is let go. */
export const resetsFirst = (hold: { readonly until: Instant | undefined; readonly resetAt: Instant | undefined }): hold is { until: Instant | undefined; resetAt: Instant } =>
  hold.resetAt !== undefined && (hold.until === undefined || hold.resetAt < hold.until);
