import type { Address } from '../address.js';
import type { FaultAction } from '../faults/plan.js';
import { DEFAULT_SUPERVISION, type Supervision } from '../supervision.js';
import { type Duration, type Instant, later } from '../time.js';
import type { Cell } from './cell.js';
import type { Host } from './host.js';

/** Restarts what fails, tells those who watch, and carries out the faults that a plan has for actors. */
export class Supervisor {
  readonly #host: Host;
  readonly #watchers = new Map<string, Set<Cell>>();
  readonly #down = new Set<string>();
  /** When the children of a supervisor failed, latest last. */
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
    let watchers = this.#watchers.get(actor.actor);
    if (!watchers) this.#watchers.set(actor.actor, (watchers = new Set()));
    watchers.add(cell);
    if (this.#host.cells.has(actor.actor)) return;
    const elsewhere = !this.#host.isLocal(actor.actor) && this.#host.options.peers?.toActor(actor.actor, { item: 'watch', actor });
    if (elsewhere !== true) this.#tell(cell, actor, this.isDown(actor.actor));
  }

  unwatch(cell: Cell, actor: Address): void {
    this.#watchers.get(actor.actor)?.delete(cell);
  }

  /** A watcher on another host: it hears of every end anyway, so only one that has been must be told. */
  watchFor(host: string, actor: Address): void {
    if (!this.#host.cells.has(actor.actor)) this.#host.options.peers?.toHost(host, { item: 'ended', actor, restarting: this.isDown(actor.actor) });
  }

  notify(actor: Address, restarting: boolean): void {
    const watchers = this.#watchers.get(actor.actor);
    if (!watchers) return;
    if (!restarting) this.#watchers.delete(actor.actor);
    for (const cell of watchers) this.#tell(cell, actor, restarting);
  }

  /** Ends an actor in order: it may still say what it has to say. */
  stop(actor: Address): void {
    const cell = this.#host.cells.get(actor.actor);
    if (!cell || (actor.incarnation !== 0 && cell.address.incarnation !== actor.incarnation)) return;
    for (const child of [...(cell.children ?? [])]) this.stop(child.address);
    this.#host.runStopping(cell);
    this.#host.end(cell, false);
  }

  /** The actor handles nothing before `until`. */
  block(cell: Cell, until: Instant): void {
    cell.blockedUntil = until;
    this.#host.timers.add(until, () => this.#host.wake(cell));
  }

  act(action: FaultAction, name: string): void {
    const cell = this.#host.cells.get(name);
    if (!cell) return;
    const { now } = this.#host;
    switch (action.type) {
      case 'kill':
        return this.#restart(cell, new Error('killed by the fault plan'), action.downFor as Duration | undefined);
      case 'pause':
        return this.block(cell, later(now, action.for as Duration));
      case 'slow':
        cell.perStep = action.perStep;
        this.#host.timers.add(later(now, action.for as Duration), () => {
          cell.perStep = 0;
        });
        return;
    }
  }

  #restart(cell: Cell, error: unknown, downFor: Duration | undefined): void {
    if (cell.status === 'ended') return;
    const policy = cell.spec.supervision ?? DEFAULT_SUPERVISION;
    const { parent } = cell;
    const group = policy.strategy === 'one-for-all' ? this.#siblings(cell) : [cell];
    for (const member of group) {
      this.#down.add(member.spec.name);
      this.#host.end(member, true);
    }
    const wait = downFor ?? this.#backoff(parent?.spec.name ?? '', policy);
    if (wait === undefined) {
      for (const member of group) this.#down.delete(member.spec.name);
      if (parent) this.failed(parent, error);
      else this.#host.options.escalate?.(cell.address, error);
      return;
    }
    this.#host.timers.add(later(this.#host.now, wait), () => {
      for (const member of group) {
        this.#down.delete(member.spec.name);
        if (parent === undefined || parent.status === 'running') this.#host.start(member.spec, parent);
      }
    });
  }

  #siblings(cell: Cell): Cell[] {
    const all = cell.parent ? [...(cell.parent.children ?? [])] : [...this.#host.cells.values()].filter((other) => other.parent === undefined);
    return all.filter((other) => other.spec.supervision?.strategy === 'one-for-all' || other === cell);
  }

  /** How long to wait before the restart; `undefined` when there were too many. */
  #backoff(supervisor: string, policy: Supervision): Duration | undefined {
    const { now } = this.#host;
    const recent = (this.#failures.get(supervisor) ?? []).filter((at) => now - at < policy.intensity.within);
    recent.push(now);
    this.#failures.set(supervisor, recent);
    if (recent.length > policy.intensity.restarts) return undefined;
    return Math.min(policy.backoff.first * 2 ** (recent.length - 1), policy.backoff.most) as Duration;
  }

  #tell(cell: Cell, actor: Address, restarted: boolean): void {
    if (cell.status === 'running') this.#host.toSelf(cell, 'signal', { type: 'terminated', signal: { actor, restarted } } as { type: string });
  }
}
