import type { Unit } from './figures.js';

/** What the charts of a report are drawn from; plain data, kept in `report.json` so that later runs can be laid over it. */
export interface ChartData {
  /** Moments of the run that every chart over time shows. */
  readonly marks: readonly Mark[];
  readonly timelines: readonly Timeline[];
  /** Per step of a pod's way: how large a share (0 to 1) of the pods was done within so many milliseconds. */
  readonly distributions: readonly Distribution[];
  readonly flows: readonly MessageFlow[];
  readonly hosts: readonly HostUse[];
}

export interface Mark {
  readonly name: 'first pod created' | 'all nodes Ready' | 'all pods Running';
  /** Seconds since the run began. */
  readonly at: number;
}

/** Values over the time of a run. */
export interface Timeline {
  /** Stable: runs are laid over one another by it and by the names of the lines. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly unit: Unit;
  readonly lines: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

/** Seconds since the run began, and a value in the unit of the timeline; no value where nothing was measured. */
export type Point = readonly [seconds: number, value: number | null];

export interface Distribution {
  readonly name: string;
  readonly points: readonly (readonly [milliseconds: number, share: number])[];
}

/** What one kind of component sent another. */
export interface MessageFlow {
  readonly from: string;
  readonly to: string;
  readonly messages: number;
  /** Batches of watched entries, and the entries in them. */
  readonly batches: number;
  readonly entries: number;
  /** What crossed from host to host; what stays on a host is not encoded at all. */
  readonly bytes: number;
}

/** What a host used, or hosts of the same kind together where there are many. */
export interface HostUse {
  readonly host: string;
  /** How many hosts this line stands for. */
  readonly count: number;
  readonly actors: number;
  /** Milliseconds in handlers, by kind of component. */
  readonly busy: Readonly<Record<string, number>>;
  /** Milliseconds in which the thread was not idle. */
  readonly active: number;
  /** Bytes at the end, garbage collected. */
  readonly heapBytes: number;
  /** 99th percentile of the event loop's delay, milliseconds; of the slowest. */
  readonly loopDelay: number;
}
