import type { Disk, DiskRecord, Disks } from '../disk.js';

interface Log {
  /** Position of the first record that is kept. */
  base: number;
  records: DiskRecord[];
  /** Records before this position survive a crash. */
  synced: number;
}

/** Disks in the memory of one process, for actors that share it with whoever restarts them. Records are kept as they are. */
export class MemoryDisks implements Disks {
  readonly #disks = new Map<string, MemoryDisk>();

  of(actor: string): Disk {
    let disk = this.#disks.get(actor);
    if (!disk) this.#disks.set(actor, (disk = new MemoryDisk()));
    return disk;
  }

  crashed(actor: string): void {
    this.#disks.get(actor)?.crash();
  }
}

class MemoryDisk implements Disk {
  readonly #logs = new Map<string, Log>();

  append(log: string, record: DiskRecord): number {
    const { base, records } = this.#log(log);
    return base + records.push(record) - 1;
  }

  sync(): void {
    for (const log of this.#logs.values()) log.synced = log.base + log.records.length;
  }

  *read(log: string): Iterable<readonly [number, DiskRecord]> {
    const { base, records } = this.#log(log);
    for (let i = 0; i < records.length; i++) yield [base + i, records[i] as DiskRecord];
  }

  truncate(log: string, before: number): void {
    const kept = this.#log(log);
    const count = Math.min(before - kept.base, kept.records.length);
    if (count <= 0) return;
    kept.records.splice(0, count);
    kept.base += count;
  }

  crash(): void {
    for (const log of this.#logs.values()) log.records.length = Math.max(0, log.synced - log.base);
  }

  #log(name: string): Log {
    let log = this.#logs.get(name);
    if (!log) this.#logs.set(name, (log = { base: 0, records: [], synced: 0 }));
    return log;
  }
}
