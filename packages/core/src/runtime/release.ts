import type { TimerId } from '../actor.js';
import { later } from '../time.js';
import type { Cell } from './cell.js';
import type { Effect } from './context.js';
import type { Host } from './host.js';
import type { Timer } from './timers.js';

/** Performs what a handler asked for, once it has returned. */
export class Release {
  readonly #host: Host;
  readonly #timers = new Map<TimerId, Timer>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Performs the effects from `first` on, and forgets them. */
  all(cell: Cell, first: number): void {
    const { effects } = this.#host;
    for (let i = first; i < effects.length; i++) {
      const effect = effects[i] as Effect;
      // An actor that ended with its last handler still says what it said there, and does nothing else.
      if (cell.status === 'ended' && effect.effect !== 'send' && effect.effect !== 'reply') continue;
      this.#perform(cell, effect);
    }
    // Cheaper than to set the length, for the one or two that there mostly are.
    while (effects.length > first) effects.pop();
  }

  #perform(cell: Cell, effect: Effect): void {
    const host = this.#host;
    switch (effect.effect) {
      case 'send':
        host.delivery.noteCongestion(cell, effect.to);
        return host.delivery.post(cell.address, effect.to, effect.message, effect.link, 'send', 0, undefined, cell.index);
      case 'reply':
        return host.delivery.post(cell.address, effect.caller.address, effect.message, 'stream', 'reply', effect.caller.slot, undefined, cell.index);
      case 'request':
        host.delivery.noteCongestion(cell, effect.to);
        return host.delivery.post(cell.address, effect.to, effect.message, 'stream', 'request', effect.slot, effect.deadline, cell.index);
      case 'after':
        return this.#arm(cell, effect);
      case 'cancel': {
        const timer = this.#timers.get(effect.timer);
        if (timer) host.timers.cancel(timer);
        this.#timers.delete(effect.timer);
        return;
      }
      case 'later':
        host.timers.add(later(host.now, effect.delay), effect.due);
        return;
      case 'run':
        return host.beginFlow(cell, effect);
      case 'spawn':
        host.start(effect.spec, cell, effect.incarnation);
        return;
      case 'watch':
        return host.supervisor.watch(cell, effect.actor);
      case 'unwatch':
        return host.supervisor.unwatch(cell, effect.actor);
      case 'stop':
        return host.supervisor.stop(effect.actor);
      case 'openFeed':
      case 'publish':
      case 'subscribe':
      case 'unsubscribe':
        return host.traffic.perform(cell, effect);
    }
  }

  /** Apart, for a function that makes closures sets up what they see at every call. */
  #arm(cell: Cell, { timer, delay, message }: Extract<Effect, { effect: 'after' }>): void {
    const host = this.#host;
    this.#timers.set(timer, host.timers.add(later(host.now, delay), () => {
      this.#timers.delete(timer);
      if (cell.status === 'running') host.delivery.toSelf(cell, 'timer', message);
    }));
  }
}
