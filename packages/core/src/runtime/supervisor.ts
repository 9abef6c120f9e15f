import type { Address } from '../address.js';
import type { FaultAction } from '../faults/plan.js';
import { DEFAULT_SUPERVISION, type Supervision } from '../supervision.js';
import { type Duration, type Instant, later, milliseconds } from '../time.js';
import type { Cell } from './cell.js';
import type { Host } from './host.js';
import type { Timer } from './timers.js';

/** Who wants to hear of an actor's end, and the latest incarnation of whose end they heard. */
interface Watched {
  readonly by: Set<Cell>;
  told: number;
}

/** Restarts what fails, tells those who watch, and carries out the faults that a plan has for actors. */
export class Supervisor {
  readonly #host: Host;
  readonly #watchers = new Map<string, Watched>();
  /** Actors that wait for their restart. */
  readonly #down = new Map<string, Timer | undefined>();
  /** When an actor failed (or, restarted one for all, its group), latest last. */
  readonly #failures = new Map<string, Instant[]>();

  constructor(host: Host) {
    this.#host = host;
  }

  isDown(actor: string): boolean {
    return this.#down.has(actor);
  }

  failed(cell: Cell, error: unknown): void {
    const { options, now } = this.#host;
    options.observer?.failed?.(cell.address, error, now);
    options.failed?.(cell.address, error);
    this.#restart(cell, error, undefined);
  }

  watch(cell: Cell, actor: Address): void {
    let watched = this.#watchers.get(actor.actor);
    if (!watched) this.#watchers.set(actor.actor, (watched = { by: new Set(), told: 0 }));
    watched.by.add(cell);
    (cell.watching ??= new Set()).add(actor.actor);
    const { cells, delivery, options } = this.#host;
    const holder = cells.get(actor.actor);
    const isThere = holder ? actor.incarnation === 0 || actor.incarnation === holder.address.incarnation : delivery.expects(actor.actor);
    if (isThere) return;
    const elsewhere = !this.#host.isLocal(actor.actor) && options.peers?.toActor(actor.actor, { item: 'watch', actor });
    if (elsewhere === true) return;
    const restarted = holder !== undefined || this.isDown(actor.actor);
    this.#tell(cell, actor, restarted);
    if (!restarted) this.unwatch(cell, actor);
  }

  unwatch(cell: Cell, actor: Address): void {
    cell.watching?.delete(actor.actor);
    const watched = this.#watchers.get(actor.actor);
    if (watched?.by.delete(cell) && watched.by.size === 0) this.#watchers.delete(actor.actor);
  }

  /** A watcher ended: nobody holds it any more. */
  forget(cell: Cell): void {
    for (const actor of cell.watching ?? []) this.unwatch(cell, { actor, incarnation: 0 });
  }

  /** The host of an actor was replaced: those who watch it here ask the new one to tell them. */
  rewatch(actor: string): void {
    if (this.#watchers.has(actor)) this.#host.options.peers?.toActor(actor, { item: 'watch', actor: { actor, incarnation: 0 } });
  }

  /** A watcher on another host: it hears of every end anyway, so only one that has been must be told. */
  watchFor(host: string, actor: Address): void {
    const { cells, delivery, options } = this.#host;
    if (cells.has(actor.actor) || delivery.expects(actor.actor)) return;
    const last = { actor: actor.actor, incarnation: this.#host.lastIncarnation(actor.actor) };
    options.peers?.toHost(host, { item: 'ended', actor: last, restarting: this.isDown(actor.actor) });
  }

  notify(actor: Address, restarting: boolean): void {
    const watched = this.#watchers.get(actor.actor);
    // The end of one incarnation may be told twice: to all hosts, and to a host that asks just then.
    if (!watched || (actor.incarnation !== 0 && actor.incarnation <= watched.told)) return;
    if (actor.incarnation !== 0) watched.told = actor.incarnation;
    if (!restarting) this.#watchers.delete(actor.actor);
    for (const cell of watched.by) {
      if (!restarting) cell.watching?.delete(actor.actor);
      this.#tell(cell, actor, restarting);
    }
  }

  /** Ends an actor in order: it may still say what it has to say. One that waits for its restart stays down. */
  stop(actor: Address): void {
    const cell = this.#host.cells.get(actor.actor);
    if (!cell) return this.#giveUp(actor.actor);
    if (actor.incarnation !== 0 && cell.address.incarnation !== actor.incarnation) return;
    this.#stopInOrder(cell, false);
    this.#failures.delete(actor.actor);
  }

  /** The actor handles nothing before `until`. */
  block(cell: Cell, until: Instant): void {
    if (cell.blockedUntil !== undefined && cell.blockedUntil >= until) return;
    cell.blockedUntil = until;
    this.#host.timers.add(until, () => this.#host.wake(cell));
  }

  act(action: FaultAction, cell: Cell): void {
    if (cell.status === 'ended') return;
    const { now, timers } = this.#host;
    switch (action.type) {
      case 'kill':
        return this.#restart(cell, new Error('killed by the fault plan'), action.downFor as Duration | undefined);
      case 'restart':
        this.#stopInOrder(cell, true);
        return this.#startLater([cell], milliseconds(0));
      case 'pause':
        return this.block(cell, later(now, action.for as Duration));
      case 'slow':
        cell.perStep = action.perStep;
        timers.add(later(now, action.for as Duration), () => {
          cell.perStep = 0;
        });
        return;
    }
  }

  #stopInOrder(cell: Cell, restarting: boolean): void {
    for (const child of [...(cell.children ?? [])]) this.#stopInOrder(child, false);
    this.#host.runStopping(cell);
    this.#host.wire.leftInOrder(cell.address);
    this.#host.end(cell, restarting);
  }

  #restart(cell: Cell, error: unknown, downFor: Duration | undefined): void {
    if (cell.status === 'ended') return;
    const policy = cell.spec.supervision ?? DEFAULT_SUPERVISION;
    const { parent } = cell;
    const together = policy.strategy === 'one-for-all';
    const group = together ? this.#siblings(cell) : [cell];
    const wait = downFor ?? this.#backoff(together ? `${parent?.spec.name ?? ''}/*` : cell.spec.name, policy);
    for (const member of group) {
      // Marked before its end is told, for who is told asks.
      if (wait !== undefined) this.#down.set(member.spec.name, undefined);
      this.#host.end(member, wait !== undefined);
    }
    if (wait !== undefined) this.#startLater(group, wait);
    else if (parent) this.failed(parent, error);
    else this.#host.options.escalate?.(cell.address, error);
  }

  /** Starts actors of one supervisor again, unless it is gone by then, or they were stopped or started meanwhile. */
  #startLater(group: readonly Cell[], wait: Duration): void {
    const timer = this.#host.timers.add(later(this.#host.now, wait), () => {
      for (const { spec, parent } of group) {
        if (this.#down.get(spec.name) !== timer) continue;
        this.#down.delete(spec.name);
        if ((parent === undefined || parent.status === 'running') && !this.#host.cells.has(spec.name)) this.#host.start(spec, parent);
      }
    });
    for (const { spec } of group) this.#down.set(spec.name, timer);
  }

  /** An actor that was to be restarted is not: who watches it has heard only that it would be. */
  #giveUp(actor: string): void {
    if (!this.#down.delete(actor)) return;
    this.#host.announceEnd({ actor, incarnation: 0 }, false);
    this.#host.options.peers?.toAll({ item: 'ended', actor: { actor, incarnation: 0 }, restarting: false });
  }

  #siblings(cell: Cell): Cell[] {
    const all = cell.parent ? [...(cell.parent.children ?? [])] : [...this.#host.cells.values()].filter((other) => other.parent === undefined);
    return all.filter((other) => other.spec.supervision?.strategy === 'one-for-all' || other === cell);
  }

  /** How long to wait before the restart; `undefined` when there were too many. */
  #backoff(of: string, policy: Supervision): Duration | undefined {
    const { now } = this.#host;
    const recent = (this.#failures.get(of) ?? []).filter((at) => now - at < policy.intensity.within);
    recent.push(now);
    this.#failures.set(of, recent);
    if (recent.length > policy.intensity.restarts) return undefined;
    return Math.min(policy.backoff.first * 2 ** (recent.length - 1), policy.backoff.most) as Duration;
  }

  #tell(cell: Cell, actor: Address, restarted: boolean): void {
    if (cell.status === 'running') this.#host.delivery.toSelf(cell, 'signal', { type: 'terminated', signal: { actor, restarted } } as { type: string });
  }
}
