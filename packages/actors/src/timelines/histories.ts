import { flat } from './flat.js';
import type { Entry, Timeline, TimelineEvent } from './scenario.js';

/** Leaves of an object by path, each as JSON text with the placeholders that two runs cannot share made anonymous. */
export type Leaves = ReadonlyMap<string, string>;

/** One write of an object, and what the object was after it. */
export interface Write {
  readonly verb: 'added' | 'modified' | 'deleted';
  readonly t: number;
  /** The second at which the step began in which this was written, and which step. */
  readonly step: number;
  readonly stepAt: number;
  /** Which entry of the timeline this is. */
  readonly entry: number;
  readonly by: readonly string[];
  readonly leaves: Leaves;
  /** The paths that this write changed. */
  readonly changed: readonly string[];
}

export interface SeenEvent extends TimelineEvent {
  readonly t: number;
  readonly step: number;
  readonly stepAt: number;
  readonly entry: number;
}

/** Everything that one object went through. */
export interface History {
  /** Kind and name, with the placeholders of the timeline. */
  readonly object: string;
  readonly writes: readonly Write[];
  readonly events: readonly SeenEvent[];
  /** What is left of it at the end, if anything. */
  readonly final: Leaves | undefined;
}

export interface HistoryOptions {
  /** Nodes keep their names in this timeline, but where a pod runs is chance. */
  readonly nodes: boolean;
}

/** The histories of all objects of a timeline, in the order of their first entries. */
export const historiesOf = ({ timeline, final }: Timeline, options: HistoryOptions): readonly History[] => {
  const found = new Map<string, { writes: Write[]; events: SeenEvent[] }>();
  const of = (object: string): { writes: Write[]; events: SeenEvent[] } => {
    const known = found.get(object) ?? { writes: [], events: [] };
    found.set(object, known);
    return known;
  };
  let step = 0;
  let stepAt = 0;
  timeline.forEach((entry, index) => {
    if (entry.do !== undefined) {
      step++;
      stepAt = entry.t;
      return;
    }
    const at = { t: entry.t, step, stepAt, entry: index };
    if (entry.event !== undefined) {
      of(entry.event.on).events.push({ ...entry.event, ...at });
      return;
    }
    const object = entry.added ?? entry.modified ?? entry.deleted;
    if (object === undefined) return;
    const { writes } = of(object);
    const podOrNot = options.nodes && !object.startsWith('Node ');
    const before = writes.at(-1)?.leaves ?? new Map<string, string>();
    const { leaves, changed } = apply(before, timeline, entry, podOrNot);
    writes.push({ ...at, verb: entry.added !== undefined ? 'added' : entry.modified !== undefined ? 'modified' : 'deleted', by: (entry.by ?? '').split(' ').filter((name) => name !== ''), leaves, changed });
  });
  const rest = new Map(final.map((object) => {
    const { kind, ...value } = object as { readonly kind: string; readonly metadata: { readonly name: string } };
    return [`${kind} ${value.metadata.name}`, leavesOf(flat(value), '', options.nodes && kind !== 'Node')];
  }));
  for (const object of rest.keys()) of(object);
  return [...found].map(([object, { writes, events }]) => ({ object, writes, events, final: rest.get(object) }));
};

const apply = (before: Leaves, timeline: readonly Entry[], entry: Entry, hideNodes: boolean): { readonly leaves: Leaves; readonly changed: readonly string[] } => {
  const model = entry.like === undefined ? entry : timeline[entry.like] ?? entry;
  const like = entry.like !== undefined;
  if (entry.deleted !== undefined) return { leaves: before, changed: [] };
  if (entry.added !== undefined) {
    const values = flat(model.object);
    // What is like another is not called like it.
    values['metadata.name'] = entry.added.slice(entry.added.indexOf(' ') + 1);
    return { leaves: leavesOf(values, '', hideNodes), changed: [] };
  }
  const set = leavesOf(model.set ?? {}, like ? 'like' : '', hideNodes);
  const leaves = new Map(before);
  for (const path of model.unset ?? []) leaves.delete(path);
  for (const [path, value] of set) leaves.set(path, value);
  return { leaves, changed: [...set.keys(), ...(model.unset ?? [])] };
};

/** A time that is not known, because the entry is like another. */
export const SOME_TIME = '"<s>"';

const leavesOf = (values: Readonly<Record<string, unknown>>, like: 'like' | '', hideNodes: boolean): Leaves => {
  const leaves = new Map<string, string>();
  for (const [path, value] of Object.entries(values)) {
    const text = path === 'endpoints' || path === 'subsets' ? unordered(value, hideNodes) : anonymous(JSON.stringify(sorted(value)), hideNodes);
    leaves.set(path, like === 'like' ? text.replace(/<[+-]\d+s>/g, '<s>').replace(/<h\d+>/g, '<h>') : text);
  }
  return leaves;
};

/** Which pod, address, container or node it is is compared where objects are paired, and at the end; which revision it is always. */
export const anonymous = (text: string, hideNodes: boolean): string => {
  const plain = text.replace(/<(r|ip|node|container)\d+>/g, '<$1>');
  return hideNodes ? plain.replace(/node-\d+(?![\w-])/g, '<node>') : plain;
};

/** The endpoints of a slice come out of a Go map, and the subsets of Endpoints are sorted by a hash of uids: their order says nothing. */
const unordered = (value: unknown, hideNodes: boolean): string => (Array.isArray(value) ? `[${value.map((item) => anonymous(JSON.stringify(sorted(item)), hideNodes)).sort().join()}]` : JSON.stringify(value));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
};
