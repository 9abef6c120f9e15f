import { codec } from '../../codec.js';
import type { Disk, DiskRecord, Disks } from '../../disk.js';

/**
 * A piece of a log in shared memory: it outlives the worker that wrote it, because the runtime's main thread holds it too.
 * Layout: int32 committed bytes (records synced), then records, each a uint32 length and msgpack bytes.
 */
export interface Segment {
  readonly actor: string;
  readonly log: string;
  /** Position of the segment's first record. */
  readonly base: number;
  readonly memory: SharedArrayBuffer;
}

/** What a worker tells the holder of its disks. */
export type DiskNotice = { readonly notice: 'segment'; readonly segment: Segment } | { readonly notice: 'freed'; readonly segment: Pick<Segment, 'actor' | 'log' | 'base'> };

const HEADER_BYTES = 8;
const SEGMENT_BYTES = 1 << 20;

export class SharedDisks implements Disks {
  readonly #disks = new Map<string, SharedDisk>();
  readonly #tell: (notice: DiskNotice) => void;

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
}

/** A segment as its writer sees it. */
interface Tail {
  readonly segment: Segment;
  readonly header: Int32Array;
  readonly bytes: Uint8Array;
  /** Bytes and records written, synced or not. */
  written: number;
  records: number;
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

  adopt(segment: Segment): void {
    const tails = this.#tails(segment.log);
    const tail = tailOf(segment);
    tail.written = tail.header[0] as number;
    for (const _ of records(tail, tail.written)) tail.records++;
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
      for (const bytes of records(tail, tail.written)) yield [position++, codec().decode(bytes) as DiskRecord];
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
      tail.records = [...records(tail, tail.written)].length;
    }
    this.#unsynced.clear();
  }

  #tails(log: string): Tail[] {
    let tails = this.#logs.get(log);
    if (!tails) this.#logs.set(log, (tails = []));
    return tails;
  }

  #tailFor(log: string, bytes: number): Tail {
    const tails = this.#tails(log);
    const last = tails.at(-1);
    if (last && last.written + bytes <= last.bytes.length) return last;
    const memory = new SharedArrayBuffer(HEADER_BYTES + Math.max(SEGMENT_BYTES, bytes));
    const segment: Segment = { actor: this.#actor, log, base: last ? last.segment.base + last.records : 0, memory };
    const tail = tailOf(segment);
    tails.push(tail);
    this.#tell({ notice: 'segment', segment });
    return tail;
  }
}

const tailOf = (segment: Segment): Tail => ({
  segment,
  header: new Int32Array(segment.memory, 0, 2),
  bytes: new Uint8Array(segment.memory, HEADER_BYTES),
  written: 0,
  records: 0,
});

/** The records in the first `length` bytes, copied: the decoder does not read shared memory. */
function* records(tail: Tail, length: number): Iterable<Uint8Array> {
  const view = new DataView(tail.segment.memory, HEADER_BYTES);
  for (let at = 0; at < length; ) {
    const size = view.getUint32(at);
    yield tail.bytes.slice(at + 4, at + 4 + size);
    at += 4 + size;
  }
}
