import { constants, deflateRaw, inflateRawSync } from 'node:zlib';
import { codec } from '../../codec.js';
import type { Disk, DiskRecord, Disks } from '../../disk.js';
import { Encoded } from '../../encoded.js';

/**
 * A piece of a log in shared memory: it outlives the worker that wrote it, because the runtime's main thread holds it too.
 * Layout: int32 committed bytes (records synced), then records, each a uint32 length, a uint32 that says what it is, and its bytes. All
 * stand at multiples of eight: into shared memory V8 copies words only where both sides are aligned alike, and else byte by byte.
 * One that is full is compressed once it is no longer fresh: it will be read after the next death of its actor, or never.
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
const PREFIX_BYTES = 8;
/** What a record is: a value in msgpack, or the wire of an `Encoded`, which is there already. */
const VALUE = 0;
const WIRE = 1;
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
  /** Of the same. */
  readonly view: DataView;
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
  #unsynced: Tail[] = [];

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
    if (!segment.compressed) for (const _ of starts(tail, tail.view)) tail.records++;
    tails.push(tail);
    tails.sort((a, b) => a.segment.base - b.segment.base);
  }

  append(log: string, record: DiskRecord): number {
    const isWire = record instanceof Encoded;
    const bytes = isWire ? record.wire : codec().encode(record);
    const size = sizeOf(bytes.length);
    const tail = this.#tailFor(log, size);
    const { view, written } = tail;
    view.setUint32(written, bytes.length);
    view.setUint32(written + 4, isWire ? WIRE : VALUE);
    tail.bytes.set(bytes, written + PREFIX_BYTES);
    tail.written = written + size;
    if (!this.#unsynced.includes(tail)) this.#unsynced.push(tail);
    return tail.segment.base + tail.records++;
  }

  sync(): void {
    for (const tail of this.#unsynced) Atomics.store(tail.header, 0, tail.written);
    this.#unsynced.length = 0;
  }

  *read(log: string): Iterable<readonly [number, DiskRecord]> {
    for (const tail of this.#tails(log)) {
      let position = tail.segment.base;
      for (const record of records(tail)) yield [position++, record];
    }
  }

  truncate(log: string, before: number): void {
    const tails = this.#tails(log);
    for (let first = tails[0]; first && tails.length > 1 && first.segment.base + first.records <= before; first = tails[0]) {
      tails.shift();
      this.#unsynced = this.#unsynced.filter((tail) => tail !== first);
      this.#tell({ notice: 'freed', segment: { actor: this.#actor, log, base: first.segment.base } });
    }
  }

  crash(): void {
    for (const tail of this.#unsynced) {
      tail.written = tail.header[0] as number;
      tail.records = [...starts(tail, tail.view)].length;
    }
    this.#unsynced.length = 0;
  }

  async compress(): Promise<void> {
    for (const [log, tails] of this.#logs) {
      const fresh = tails.slice(0, -1).filter((tail) => !tail.full && !this.#unsynced.includes(tail));
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
  return { segment, header, bytes: new Uint8Array(memory, HEADER_BYTES), view: new DataView(memory, HEADER_BYTES), written: compressed?.bytes ?? (header[0] as number), records: compressed?.records ?? 0, full: false };
};

/** What a record of so many bytes takes. */
const sizeOf = (bytes: number): number => (PREFIX_BYTES + bytes + 7) & ~7;

/** Where the records of a segment stand, and how long they are. */
function* starts({ written }: Tail, view: DataView): Iterable<readonly [number, number]> {
  for (let at = 0; at < written; ) {
    const length = view.getUint32(at);
    yield [at, length];
    at += sizeOf(length);
  }
}

/** The records of a segment, from copies of their bytes: the decoder does not read shared memory. */
function* records(tail: Tail): Iterable<DiskRecord> {
  const { segment } = tail;
  const plain = segment.compressed ? inflateRawSync(tail.bytes.slice()) : tail.bytes;
  const view = new DataView(plain.buffer, plain.byteOffset);
  for (const [at, length] of starts(tail, view)) {
    const bytes = Uint8Array.prototype.slice.call(plain, at + PREFIX_BYTES, at + PREFIX_BYTES + length);
    yield (view.getUint32(at + 4) === WIRE ? Encoded.ofWire(bytes) : codec().decode(bytes)) as DiskRecord;
  }
}

/** On a thread of libuv's pool: the worker goes on. */
const deflated = (bytes: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    deflateRaw(bytes, { level: constants.Z_BEST_SPEED + 3 }, (error, packed) => (error ? reject(error) : resolve(packed)));
  });
