/**
 * Storage that outlives actor and host: named append-only logs. What was appended before a `sync` survives the death of the
 * actor, of its host thread and (with a durable runtime) of the process; what came after may be lost.
 */
export interface Disk {
  /** Appends a record and says at which position it now stands; positions grow, and never by more than one per record. */
  append(log: string, record: DiskRecord): number;
  sync(): void;
  /** All records of a log in order, with their positions. */
  read(log: string): Iterable<readonly [position: number, record: DiskRecord]>;
  /** Gives up the records before `position`. Space is freed by whole segments, so some of them may still be read. */
  truncate(log: string, before: number): void;
}

/** Plain data; it may hold `Encoded` values, whose bytes are stored as they are. */
export type DiskRecord = { readonly [field: string]: unknown };

/** The disks of a host, by the actor that they belong to. */
export interface Disks {
  of(actor: string): Disk;
  /** The actor ended: what it had not synced is lost. */
  crashed(actor: string): void;
  /** Bytes of memory that they take and no heap counts. */
  readonly bytes?: number;
  /** Makes what will hardly be read smaller, without holding anybody up. Called every few seconds. */
  compress?(): void;
}
