import { constants, deflateRaw, inflateRawSync } from 'node:zlib';
import { codec } from '../../codec.js';
import type { Disk, DiskRecord, Disks } from '../../disk.js';

/**
 * A piece of a log in shared memory: it outlives the worker that wrote it, because the runtime's main thread holds it too.
 * Layout: int32 committed bytes (records synced), then records, each a uint32 length and msgpack bytes. One that is full is
 * compressed once it is no longer fresh: it will be read after the next death of its actor, or never.
 */
export interface Segment {
  readonly actor: string;
  readonly log: string;
  /** Position of the segment's first record. */
  readonly base: number;
  readonly memory: SharedArrayBuffer;
  /** Of one that is compressed: how many records it holds, and their bytes. */
  readonly compressed?: { readonly records: number; readonly bytes: number };
}

/** What a worker tells the holder of its disks: a segment that is new, or that takes the place of what had its base. */
export type DiskNotice = { readonly notice: 'segment'; readonly segment: Segment } | { readonly notice: 'freed'; readonly segment: Pick<Segment, 'actor' | 'log' | 'base'> };

const HEADER_BYTES = 8;
const SEGMENT_BYTES = 1 << 20;
/** Segments that fill between two looks at them. */
const MANY_SEGMENTS = 8;
const COMPRESSED_AT_ONCE = 32;

export class SharedDisks implements Disks {
  readonly #disks = new Map<string, SharedDisk>();
  readonly #tell: (notice: DiskNotice) => void;
  #compressing = false;

  constructor(segments: readonly Segment[], tell: (notice: DiskNotice) => void) {
    this.#tell = tell;
    for (const segment of segments) (this.of(segment.actor) as SharedDisk).adopt(segment);
  }

  of(actor: string): Disk {
    let disk = this.#disks.get(actor);
    if (!disk) this.#disks.set(actor, (disk = new SharedDisk(actor, this.#tell)));
    return disk;
  }

  crashed(actor: string): void {
    this.#disks.get(actor)?.crash();
  }

  get bytes(): number {
    let bytes = 0;
    for (const disk of this.#disks.values()) bytes += disk.bytes;
    return bytes;
  }

  /** Compresses the segments that were full when it was called last, one after the other. */
  async compress(): Promise<void> {
    if (this.#compressing) return;
    this.#compressing = true;
    for (const disk of this.#disks.values()) await disk.compress();
    this.#compressing = false;
  }
}

/** A segment as its writer sees it. */
interface Tail {
  readonly segment: Segment;
  readonly header: Int32Array;
  readonly bytes: Uint8Array;
  /** Bytes and records written, synced or not. */
  written: number;
  records: number;
  /** It was full when fullness was looked at last. */
  full: boolean;
}

class SharedDisk implements Disk {
  readonly #actor: string;
  readonly #tell: (notice: DiskNotice) => void;
  readonly #logs = new Map<string, Tail[]>();
  readonly #unsynced = new Set<Tail>();

  constructor(actor: string, tell: (notice: DiskNotice) => void) {
    this.#actor = actor;
    this.#tell = tell;
  }

  get bytes(): number {
    let bytes = 0;
    for (const tails of this.#logs.values()) for (const { segment } of tails) bytes += segment.memory.byteLength;
    return bytes;
  }

  adopt(segment: Segment): void {
    const tails = this.#tails(segment.log);
    const tail = tailOf(segment);
    if (!segment.compressed) for (const _ of records(tail)) tail.records++;
    tails.push(tail);
    tails.sort((a, b) => a.segment.base - b.segment.base);
  }

  append(log: string, record: DiskRecord): number {
    const bytes = codec().encode(record);
    const tail = this.#tailFor(log, bytes.length + 4);
    new DataView(tail.segment.memory, HEADER_BYTES + tail.written).setUint32(0, bytes.length);
    tail.bytes.set(bytes, tail.written + 4);
    tail.written += bytes.length + 4;
    this.#unsynced.add(tail);
    return tail.segment.base + tail.records++;
  }

  sync(): void {
    for (const tail of this.#unsynced) Atomics.store(tail.header, 0, tail.written);
    this.#unsynced.clear();
  }

  *read(log: string): Iterable<readonly [number, DiskRecord]> {
    for (const tail of this.#tails(log)) {
      let position = tail.segment.base;
      for (const bytes of records(tail)) yield [position++, codec().decode(bytes) as DiskRecord];
    }
  }

  truncate(log: string, before: number): void {
    const tails = this.#tails(log);
    for (let first = tails[0]; first && tails.length > 1 && first.segment.base + first.records <= before; first = tails[0]) {
      tails.shift();
      this.#unsynced.delete(first);
      this.#tell({ notice: 'freed', segment: { actor: this.#actor, log, base: first.segment.base } });
    }
  }

  crash(): void {
    for (const tail of this.#unsynced) {
      tail.written = tail.header[0] as number;
      tail.records = [...records(tail)].length;
    }
    this.#unsynced.clear();
  }

  async compress(): Promise<void> {
    for (const [log, tails] of this.#logs) {
      const fresh = tails.slice(0, -1).filter((tail) => !tail.full && !this.#unsynced.has(tail));
      const full = tails.filter((tail) => tail.full && !tail.segment.compressed);
      for (const tail of fresh) tail.full = true;
      // Who writes so much needs the processor more, and will soon give up what is written now.
      if (fresh.length > MANY_SEGMENTS) continue;
      for (const tail of full.slice(0, COMPRESSED_AT_ONCE)) await this.#compress(log, tail);
    }
  }

  async #compress(log: string, tail: Tail): Promise<void> {
    const packed = await deflated(tail.bytes.slice(0, tail.written));
    const tails = this.#tails(log);
    const at = tails.indexOf(tail);
    // It may have been given up meanwhile. A full segment is not written to any more.
    if (at < 0) return;
    const memory = new SharedArrayBuffer(HEADER_BYTES + packed.length);
    new Uint8Array(memory, HEADER_BYTES).set(packed);
    const { actor, base } = tail.segment;
    const segment: Segment = { actor, log, base, memory, compressed: { records: tail.records, bytes: tail.written } };
    tails[at] = tailOf(segment);
    this.#tell({ notice: 'segment', segment });
  }

  #tails(log: string): Tail[] {
    let tails = this.#logs.get(log);
    if (!tails) this.#logs.set(log, (tails = []));
    return tails;
  }

  #tailFor(log: string, bytes: number): Tail {
    const tails = this.#tails(log);
    const last = tails.at(-1);
    if (last && !last.segment.compressed && last.written + bytes <= last.bytes.length) return last;
    const memory = new SharedArrayBuffer(HEADER_BYTES + Math.max(SEGMENT_BYTES, bytes));
    const segment: Segment = { actor: this.#actor, log, base: last ? last.segment.base + last.records : 0, memory };
    const tail = tailOf(segment);
    tails.push(tail);
    this.#tell({ notice: 'segment', segment });
    return tail;
  }
}

const tailOf = (segment: Segment): Tail => {
  const { memory, compressed } = segment;
  const header = new Int32Array(memory, 0, 2);
  return { segment, header, bytes: new Uint8Array(memory, HEADER_BYTES), written: compressed?.bytes ?? (header[0] as number), records: compressed?.records ?? 0, full: false };
};

/** The records of a segment, copied: the decoder does not read shared memory. */
function* records({ segment, bytes, written }: Tail): Iterable<Uint8Array> {
  const plain = segment.compressed ? inflateRawSync(bytes.slice()) : bytes;
  const view = new DataView(plain.buffer, plain.byteOffset);
  for (let at = 0; at < written; ) {
    const size = view.getUint32(at);
    yield plain.slice(at + 4, at + 4 + size);
    at += 4 + size;
  }
}

/** On a thread of libuv's pool: the worker goes on. */
const deflated = (bytes: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    deflateRaw(bytes, { level: constants.Z_BEST_SPEED + 3 }, (error, packed) => (error ? reject(error) : resolve(packed)));
  });
