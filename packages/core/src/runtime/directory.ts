import type { HostThreads } from './host-threads.js';

/** A host as the directory knows it. */
export interface KnownHost {
  readonly name: string;
  /** Its actors have started: who asks for them can be sent here. */
  readonly serving: boolean;
  /** It ended and will not be started again. */
  readonly gone: boolean;
}

/** Where actors live. It answers hosts that ask, once the actor has started, and joins the two. */
export class Directory {
  readonly #threads: HostThreads;
  readonly #hostOf: (host: string) => KnownHost | undefined;
  readonly #placed = new Map<string, string>();
  /** Actors that are placed on a host that has not started them yet. */
  readonly #starting = new Set<string>();
  readonly #unanswered = new Map<string, Set<string>>();
  readonly #joined = new Map<string, Set<string>>();

  constructor(threads: HostThreads, hostOf: (host: string) => KnownHost | undefined) {
    this.#threads = threads;
    this.#hostOf = hostOf;
  }

  place(actor: string, host: string): void {
    this.#placed.set(actor, host);
  }

  holderOf(actor: string): string | undefined {
    return this.#placed.get(actor);
  }

  /** Who asks for these waits until they have started. */
  starting(actors: Iterable<string>): void {
    for (const actor of actors) this.#starting.add(actor);
  }

  isStarting(actor: string): boolean {
    return this.#starting.has(actor);
  }

  /** They have started, or will not. */
  decided(actors: Iterable<string>): void {
    for (const actor of actors) this.#starting.delete(actor);
    for (const [actor, askers] of [...this.#unanswered]) {
      this.#unanswered.delete(actor);
      for (const asker of askers) this.resolve(asker, actor);
    }
  }

  /** Says to `asker` where an actor lives, once its host runs, and joins the two. */
  resolve(asker: string, actor: string): void {
    const holder = this.#placed.get(actor);
    const host = holder === undefined ? undefined : this.#hostOf(holder);
    if (host === undefined || host.gone) return this.#answer(asker, actor, undefined);
    // An actor that is about to start is waited for; on the asker's own host that is the host's to know.
    if (asker !== host.name && (!host.serving || this.#starting.has(actor))) {
      const waiting = this.#unanswered.get(actor) ?? new Set();
      this.#unanswered.set(actor, waiting.add(asker));
      return;
    }
    if (asker !== host.name) this.#join(asker, host.name);
    this.#answer(asker, actor, host.name);
  }

  /** Hosts are gone (`restarting`: for now): those that they were joined with hear of it. */
  lost(hosts: readonly string[], restarting: (host: string) => boolean): void {
    const ended = new Set(hosts);
    for (const host of hosts) {
      for (const other of this.#joined.get(host) ?? []) {
        this.#joined.get(other)?.delete(host);
        if (!ended.has(other)) this.#threads.tell(other, { notice: 'lost', host, restarting: restarting(host) });
      }
      this.#joined.delete(host);
    }
  }

  #answer(asker: string, actor: string, host: string | undefined): void {
    this.#threads.tell(asker, { notice: 'resolved', actor, host });
  }

  #join(a: string, b: string): void {
    const joined = this.#joinedWith(a);
    if (joined.has(b)) return;
    joined.add(b);
    this.#joinedWith(b).add(a);
    this.#threads.join(a, b);
  }

  #joinedWith(host: string): Set<string> {
    let joined = this.#joined.get(host);
    if (!joined) this.#joined.set(host, (joined = new Set()));
    return joined;
  }
}
