import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { codec } from '../../codec.js';
import type { Disk, DiskRecord, Disks } from '../../disk.js';

/** A log is given up by whole segments of about this size. */
const SEGMENT_BYTES = 1 << 20;
const LENGTH_BYTES = 4;

/**
 * Disks in files, for actors whose process may be killed: what was synced is the kernel's then. A sync writes and does not wait for the
 * device: it is processes that are lost here, not machines. Layout: FOLDER/ACTOR/LOG.BASE, each a sequence of records, a uint32 length
 * and msgpack bytes; BASE is the position of the first.
 */
export class FileDisks implements Disks {
  readonly #folder: string;
  readonly #disks = new Map<string, FileDisk>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  of(actor: string): Disk {
    let disk = this.#disks.get(actor);
    if (!disk) this.#disks.set(actor, (disk = new FileDisk(join(this.#folder, encodeURIComponent(actor)))));
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
}

interface Segment {
  readonly path: string;
  readonly base: number;
  records: number;
  bytes: number;
}

interface Log {
  readonly segments: Segment[];
  /** Of the last segment; opened by the first write. */
  file: number | undefined;
  unsynced: Uint8Array[];
}

class FileDisk implements Disk {
  readonly #folder: string;
  readonly #logs = new Map<string, Log>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { segments } of this.#logs.values()) for (const segment of segments) bytes += segment.bytes;
    return bytes;
  }

  append(name: string, record: DiskRecord): number {
    const log = this.#log(name);
    const bytes = codec().encode(record);
    const framed = new Uint8Array(LENGTH_BYTES + bytes.length);
    new DataView(framed.buffer).setUint32(0, bytes.length);
    framed.set(bytes, LENGTH_BYTES);
    log.unsynced.push(framed);
    return endOf(log) + log.unsynced.length - 1;
  }

  sync(): void {
    for (const [name, log] of this.#logs) if (log.unsynced.length > 0) this.#write(name, log);
  }

  *read(name: string): Iterable<readonly [number, DiskRecord]> {
    const log = this.#log(name);
    let position = log.segments[0]?.base ?? 0;
    for (const { path } of log.segments) for (const bytes of recordsOf(readFileSync(path))) yield [position++, codec().decode(bytes) as DiskRecord];
    for (const framed of log.unsynced) yield [position++, codec().decode(framed.subarray(LENGTH_BYTES)) as DiskRecord];
  }

  truncate(name: string, before: number): void {
    const { segments } = this.#log(name);
    for (let first = segments[0]; first && segments.length > 1 && first.base + first.records <= before; first = segments[0]) {
      segments.shift();
      rmSync(first.path);
    }
  }

  crash(): void {
    for (const log of this.#logs.values()) {
      log.unsynced = [];
      if (log.file !== undefined) closeSync(log.file);
      log.file = undefined;
    }
  }

  #write(name: string, log: Log): void {
    let segment = log.segments.at(-1);
    if (!segment || segment.bytes >= SEGMENT_BYTES) {
      if (log.file !== undefined) closeSync(log.file);
      log.file = undefined;
      mkdirSync(this.#folder, { recursive: true });
      const base = endOf(log);
      segment = { path: join(this.#folder, `${encodeURIComponent(name)}.${base}`), base, records: 0, bytes: 0 };
      log.segments.push(segment);
    }
    if (log.file === undefined) {
      log.file = openSync(segment.path, 'a');
      // Half a record may stand there: its writer was killed before the sync returned.
      ftruncateSync(log.file, segment.bytes);
    }
    const bytes = Buffer.concat(log.unsynced);
    for (let written = 0; written < bytes.length; ) written += writeSync(log.file, bytes, written);
    segment.bytes += bytes.length;
    segment.records += log.unsynced.length;
    log.unsynced = [];
  }

  #log(name: string): Log {
    let log = this.#logs.get(name);
    if (!log) this.#logs.set(name, (log = { segments: this.#found(name), file: undefined, unsynced: [] }));
    return log;
  }

  /** What an earlier process has left of a log. */
  #found(name: string): Segment[] {
    const prefix = `${encodeURIComponent(name)}.`;
    const files = filesIn(this.#folder).filter((file) => file.startsWith(prefix) && /^\d+$/.test(file.slice(prefix.length)));
    return files
      .map((file) => {
        const path = join(this.#folder, file);
        const records = [...recordsOf(readFileSync(path))];
        return { path, base: Number(file.slice(prefix.length)), records: records.length, bytes: records.reduce((sum, bytes) => sum + LENGTH_BYTES + bytes.length, 0) };
      })
      .sort((a, b) => a.base - b.base);
  }
}

const endOf = ({ segments }: Log): number => {
  const last = segments.at(-1);
  return last ? last.base + last.records : 0;
};

/** The whole records of a segment. */
function* recordsOf(bytes: Buffer): Iterable<Uint8Array> {
  for (let at = 0; at + LENGTH_BYTES <= bytes.length; ) {
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) return;
    yield bytes.subarray(at + LENGTH_BYTES, end);
    at = end;
  }
}

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
