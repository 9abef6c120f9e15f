import type { MessagePort } from 'node:worker_threads';
import type { Observer } from '../../observer.js';
import type { Host } from '../host.js';
import type { PeerItem, Peers } from '../peers.js';
import { packFrame, unpackFrame } from './frames.js';
import type { HostNotice } from './lifecycle.js';

/** More than this many bytes under way to a host, and who sends there waits. */
const CONGESTED_BYTES = 16 << 20;
const ACKNOWLEDGE_BYTES = 1 << 20;
const ITEMS_PER_FRAME = 512;

/** What goes over the port between two hosts: a frame, and how many bytes of the other's frames have been taken in. */
export interface Parcel {
  readonly frame?: Uint8Array;
  readonly acknowledged: number;
}

interface Link {
  readonly host: string;
  readonly port: MessagePort;
  outbox: PeerItem[];
  underway: number;
  unacknowledged: number;
}

/** Who knows where actors live and can join two hosts: the runtime's main thread. */
export interface Directory {
  /** Answers later by a notice. */
  resolve(actor: string): void;
}

/** The other hosts over message ports: one port per pair that talks, made on demand, one batch per turn. */
export class PortPeers implements Peers {
  readonly #name: string;
  readonly #directory: Directory;
  readonly #observer: Observer | undefined;
  readonly #largestShared: number | undefined;
  readonly #links = new Map<string, Link>();
  readonly #hostOf = new Map<string, string>();
  readonly #unresolved = new Map<string, PeerItem[]>();
  #host: Host | undefined;
  #poke: () => void = () => undefined;

  /** `name` is this host's own; frames of more than `largestShared` bytes are not left to garbage collection, which knows nothing of shared memory. */
  constructor(name: string, directory: Directory, observer?: Observer, largestShared?: number) {
    this.#name = name;
    this.#directory = directory;
    this.#observer = observer;
    this.#largestShared = largestShared;
  }

  serve(host: Host, poke: () => void): void {
    this.#host = host;
    this.#poke = poke;
  }

  toActor(actor: string, item: PeerItem): boolean {
    const host = this.#hostOf.get(actor);
    const link = host === undefined ? undefined : this.#links.get(host);
    if (link) link.outbox.push(item);
    else this.#await(actor, item);
    return true;
  }

  toHost(host: string, item: PeerItem): void {
    this.#links.get(host)?.outbox.push(item);
  }

  toAll(item: PeerItem): void {
    for (const link of this.#links.values()) link.outbox.push(item);
  }

  congested(actor: string): boolean {
    const host = this.#hostOf.get(actor);
    return host !== undefined && this.hostCongested(host);
  }

  hostCongested(host: string): boolean {
    const link = this.#links.get(host);
    return link !== undefined && link.underway > CONGESTED_BYTES;
  }

  noticed(notice: Exclude<HostNotice, { readonly notice: 'gathered' }>): void {
    switch (notice.notice) {
      case 'connect':
        return this.#connect(notice.host, notice.port);
      case 'resolved':
        return this.#resolved(notice.actor, notice.host);
      case 'lost':
        return this.#lost(notice.host, notice.restarting);
    }
  }

  #connect(host: string, port: MessagePort): void {
    this.#links.get(host)?.port.close();
    const link: Link = { host, port, outbox: [], underway: 0, unacknowledged: 0 };
    this.#links.set(host, link);
    port.on('message', (parcel: Parcel) => this.#received(link, parcel));
    port.unref();
  }

  /** The directory's answer: the host that holds the actor (to which this one is now connected), or nobody does. */
  #resolved(actor: string, host: string | undefined): void {
    const waiting = this.#unresolved.get(actor) ?? [];
    this.#unresolved.delete(actor);
    this.#enter();
    const link = host === undefined ? undefined : this.#links.get(host);
    if (host !== undefined && link) this.#hostOf.set(actor, host);
    for (const item of waiting) {
      if (link) link.outbox.push(item);
      // It has started here since it was asked for, or the directory knows no better than this host does.
      else if (host === this.#name && this.#host?.isLocal(actor)) this.#host.fromPeer(this.#name, item);
      else this.#undeliverable(item);
    }
    this.#poke();
  }

  /** A host is gone (`restarting`: for now): what it held must be looked up anew. */
  #lost(host: string, restarting: boolean): void {
    const link = this.#links.get(host);
    this.#links.delete(host);
    link?.port.close();
    this.#enter();
    const held = [...this.#hostOf].filter(([, holder]) => holder === host).map(([actor]) => actor);
    for (const actor of held) this.#hostOf.delete(actor);
    this.#host?.traffic.hostLost(host);
    for (const actor of held) this.#host?.announceEnd({ actor, incarnation: 0 }, restarting);
    if (restarting) for (const actor of held) this.#host?.supervisor.rewatch(actor);
    for (const item of link?.outbox ?? []) this.#undeliverable(item);
    this.#relieve();
    this.#poke();
  }

  flush(): void {
    for (const link of this.#links.values()) {
      if (link.outbox.length === 0) {
        if (link.unacknowledged > ACKNOWLEDGE_BYTES) this.#acknowledge(link);
        continue;
      }
      const items = link.outbox;
      link.outbox = [];
      for (let at = 0; at < items.length; at += ITEMS_PER_FRAME) {
        const part = items.length <= ITEMS_PER_FRAME ? items : items.slice(at, at + ITEMS_PER_FRAME);
        const frame = this.#pack(part);
        link.underway += frame.length;
        this.#observer?.framed?.(link.host, part, frame.length);
        postParcel(link.port, { frame, acknowledged: link.unacknowledged });
        link.unacknowledged = 0;
      }
    }
  }

  close(): void {
    for (const link of this.#links.values()) link.port.close();
    this.#links.clear();
  }

  #received(link: Link, parcel: Parcel): void {
    const host = this.#host;
    if (!host) return;
    if (parcel.acknowledged > 0) {
      const wasCongested = link.underway > CONGESTED_BYTES;
      link.underway -= parcel.acknowledged;
      if (wasCongested && link.underway <= CONGESTED_BYTES) this.#relieve();
    }
    if (parcel.frame) {
      link.unacknowledged += parcel.frame.length;
      this.#enter();
      const isCurrent = this.#links.get(link.host) === link;
      for (const item of unpackFrame(parcel.frame)) {
        if (isCurrent && item.item === 'envelope') this.#learn(item.envelope.from.actor, link.host);
        host.fromPeer(link.host, item);
      }
    }
    this.#poke();
  }

  /** A message that no frame can hold is the failure of its sender; what else was to go goes. */
  #pack(items: readonly PeerItem[]): Uint8Array<SharedArrayBuffer | ArrayBuffer> {
    try {
      return packFrame(items, this.#largestShared);
    } catch (error) {
      const bad = items.filter((item) => item.item === 'envelope' && !canPack(item));
      if (bad.length === 0) throw error;
      for (const item of bad) if (item.item === 'envelope') this.#host?.refuse(item.envelope, error);
      return packFrame(items.filter((item) => !bad.includes(item)), this.#largestShared);
    }
  }

  /** What comes from outside a turn comes now. */
  #enter(): void {
    if (this.#host) this.#host.now = this.#host.options.clock.now();
  }

  #relieve(): void {
    this.#host?.delivery.relieve();
    this.#host?.traffic.relieve();
  }

  #acknowledge(link: Link): void {
    link.port.postMessage({ acknowledged: link.unacknowledged } satisfies Parcel);
    link.unacknowledged = 0;
  }

  /** Who has written from there lives there: it need not be looked up for the answer. What waits for the directory is not to be overtaken. */
  #learn(actor: string, host: string): void {
    if (!this.#hostOf.has(actor) && !this.#unresolved.has(actor)) this.#hostOf.set(actor, host);
  }

  #await(actor: string, item: PeerItem): void {
    const waiting = this.#unresolved.get(actor);
    if (waiting) {
      waiting.push(item);
      return;
    }
    this.#unresolved.set(actor, [item]);
    this.#directory.resolve(actor);
  }

  #undeliverable(item: PeerItem): void {
    const host = this.#host;
    if (!host) return;
    if (item.item === 'envelope') host.delivery.drop(item.envelope, 'no-such-actor');
    else if (item.item === 'subscribe') host.fromPeer('', { item: 'feed-ended', mirror: item.mirror, reason: 'reset' });
    else if (item.item === 'watch') host.announceEnd(item.actor, false);
  }
}

/** What is not shared goes with the message. */
export const postParcel = (port: MessagePort, parcel: Parcel): void => {
  const buffer = parcel.frame?.buffer;
  if (buffer instanceof ArrayBuffer) port.postMessage(parcel, [buffer]);
  else port.postMessage(parcel);
};

/** Where hundreds of hosts each get large frames of their own, those that are shared would pile up until something else fills the heap. */
export const LARGEST_SHARED = 1 << 15;

const canPack = (item: PeerItem): boolean => {
  try {
    packFrame([item]);
    return true;
  } catch {
    return false;
  }
};
