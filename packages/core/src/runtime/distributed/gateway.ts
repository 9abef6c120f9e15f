import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join as joinPath } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { LARGEST_SHARED, type Parcel, postParcel } from '../workers/port-peers.js';

/** Before each parcel on a socket: the bytes of its frame, the number of the join that it belongs to, and how many bytes it acknowledges. */
const HEADER_BYTES = 12;

/** Where a process can be reached; processes of a run share the folder. `process` names an incarnation: `process-2.1`. */
export const socketPath = (folder: string, process: string): string => joinPath(folder, `${process}.sock`);

/** One end of a port that joins a host of this process with one of another: frames go on through the other's gateway. */
interface Join {
  readonly process: string;
  readonly port: MessagePort;
}

/** What waits to be written to another process, in the order in which it came. */
interface Outgoing {
  readonly socket: Socket;
  parcels: { readonly join: number; readonly parcel: Parcel }[];
}

/**
 * Forwards frames between the hosts of this process and those of others, undecoded: what a host sends through its port goes to the other process's gateway over
 * a socket, batch by batch, and comes out of the port of the same join there. What is under way for a join is bounded by the two hosts, who acknowledge frames.
 */
export class Gateway {
  readonly #name: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #joins = new Map<number, Join>();
  /** Parcels that came before their join did, and joins that are over. */
  readonly #early = new Map<number, { readonly process: string; readonly parcels: Parcel[] }>();
  readonly #over = new Set<number>();
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #incoming = new Map<string, Socket>();
  readonly #forgotten = new Set<string>();
  #isFlushing = false;

  constructor(name: string, folder: string) {
    this.#name = name;
    this.#folder = folder;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(socketPath(this.#folder, this.#name), resolve);
    });
  }

  /** A host here is joined with one of `process`, which knows the join by the same number. */
  open(join: number, process: string, port: MessagePort): void {
    this.#joins.set(join, { process, port });
    port.on('message', (parcel: Parcel) => this.#send(process, join, parcel));
    port.once('close', () => {
      this.#joins.delete(join);
      this.#over.add(join);
    });
    const early = this.#early.get(join);
    this.#early.delete(join);
    for (const parcel of early?.parcels ?? []) postParcel(port, parcel);
  }

  /** A process is gone: nothing that it may still have sent is delivered from here on. */
  forget(process: string): void {
    this.#forgotten.add(process);
    this.#incoming.get(process)?.destroy();
    this.#incoming.delete(process);
    this.#outgoing.get(process)?.socket.destroy();
    this.#outgoing.delete(process);
    for (const [join, early] of this.#early) if (early.process === process) this.#early.delete(join);
    for (const { process: other, port } of this.#joins.values()) if (other === process) port.close();
  }

  #send(process: string, join: number, parcel: Parcel): void {
    if (this.#forgotten.has(process)) return;
    let outgoing = this.#outgoing.get(process);
    if (!outgoing) {
      const socket = createConnection(socketPath(this.#folder, process));
      // Who is gone is told of by the supervisor.
      socket.on('error', () => undefined);
      socket.write(`${this.#name}\n`);
      this.#outgoing.set(process, (outgoing = { socket, parcels: [] }));
    }
    outgoing.parcels.push({ join, parcel });
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    for (const outgoing of this.#outgoing.values()) {
      const { parcels } = outgoing;
      if (parcels.length === 0) continue;
      outgoing.parcels = [];
      const batch = Buffer.allocUnsafe(parcels.reduce((sum, { parcel }) => sum + HEADER_BYTES + (parcel.frame?.length ?? 0), 0));
      let at = 0;
      for (const { join, parcel: { frame, acknowledged } } of parcels) {
        batch.writeUInt32LE(frame?.length ?? 0, at);
        batch.writeUInt32LE(join, at + 4);
        batch.writeUInt32LE(acknowledged, at + 8);
        at += HEADER_BYTES;
        if (frame) batch.set(frame, at);
        at += frame?.length ?? 0;
      }
      outgoing.socket.write(batch);
    }
  }

  #accept(socket: Socket): void {
    let process: string | undefined;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (process === undefined) {
        const end = rest.indexOf('\n');
        if (end < 0) return;
        process = rest.toString('utf8', 0, end);
        rest = rest.subarray(end + 1);
        if (this.#forgotten.has(process)) return void socket.destroy();
        this.#incoming.set(process, socket);
      }
      rest = rest.subarray(this.#receive(process, rest));
    });
  }

  /** Hands over the whole parcels that stand in `bytes`; says how many bytes they take. */
  #receive(process: string, bytes: Buffer): number {
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const length = bytes.readUInt32LE(at);
      const end = at + HEADER_BYTES + length;
      if (end > bytes.length) break;
      const frame = length === 0 ? undefined : new Uint8Array(length > LARGEST_SHARED ? new ArrayBuffer(length) : new SharedArrayBuffer(length));
      frame?.set(bytes.subarray(at + HEADER_BYTES, end));
      this.#deliver(process, bytes.readUInt32LE(at + 4), { ...(frame && { frame }), acknowledged: bytes.readUInt32LE(at + 8) });
      at = end;
    }
    return at;
  }

  #deliver(process: string, join: number, parcel: Parcel): void {
    const known = this.#joins.get(join);
    if (known) return postParcel(known.port, parcel);
    if (this.#over.has(join)) return;
    const early = this.#early.get(join);
    if (early) early.parcels.push(parcel);
    else this.#early.set(join, { process, parcels: [parcel] });
  }
}
