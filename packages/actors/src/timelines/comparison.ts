import { align, type Divergence } from './align.js';
import { causesBroken } from './causes.js';
import { type History, historiesOf, type HistoryOptions, type Leaves, type SeenEvent, type Write } from './histories.js';
import { pairUp } from './pairing.js';
import { boundsBroken } from './rollouts.js';
import { difference, sameTime, type Shifts } from './same-leaves.js';
import type { Timeline } from './scenario.js';

/** The first thing in which two timelines differ, in words; `agreed` says how far they went together. */
export interface Difference {
  readonly text: string;
  /** Of the scenario, from 1, in which they part. */
  readonly step: number;
  readonly agreed: number;
}

/**
 * Compares what was played with what was recorded, as the README of the golden set says: per object the same writes by the same
 * managers with the same contents, per object the same Events, causes before effects, the bounds of rollouts at every entry, and the same objects at the end. Times may
 * be off by two seconds, counted from the start of the scenario or from that of the step; objects of generated names are paired by
 * what they went through.
 */
export const compareTimelines = (recorded: Timeline, played: Timeline, options: HistoryOptions): Difference | undefined => {
  const [a, b] = [historiesOf(recorded, options), historiesOf(played, options)];
  const shifts = shiftsOf(recorded, played);
  const [groups, others] = [groupsOf(a), groupsOf(b)];
  const commands = commandsDiffer(recorded, played);
  const first: { text: string; at: number }[] = commands === undefined ? [] : [commands];
  let agreed = 0;
  for (const name of new Set([...groups.keys(), ...others.keys()])) {
    const [left, right] = [groups.get(name) ?? [], others.get(name) ?? []];
    if ([...left, ...right].every((history) => isNothing(history))) continue;
    const pairing = pairUp(left, right, (x, y) => differs(x, y, shifts));
    agreed += pairing.agreed;
    if (left.length !== right.length) first.push({ at: entryOf(left.at(-1) ?? right[0]), text: `${left.length} of ${name} were recorded, ${right.length} are here` });
    else if (pairing.difference !== undefined) first.push({ at: pairing.difference.at, text: pairing.difference.text });
  }
  const [earliest] = first.sort((x, y) => x.at - y.at);
  if (earliest !== undefined) return { text: earliest.text, agreed, step: stepOf(recorded, earliest.at) };
  const cause = causesBroken(played) ?? boundsBroken(played);
  return cause === undefined ? undefined : { text: cause, agreed, step: stepOf(recorded, 0) };
};

/** Whether each command ended well or ill, as it did when it was recorded. */
const commandsDiffer = (recorded: Timeline, played: Timeline): { readonly text: string; readonly at: number } | undefined => {
  const others = played.timeline.flatMap((entry) => entry.do ?? []);
  let index = 0;
  for (const [at, entry] of recorded.timeline.entries()) {
    if (entry.do === undefined) continue;
    const other = others[index++] ?? '';
    if (FAILED.test(entry.do) !== FAILED.test(other)) return { at, text: `recorded ${entry.do}, here ${other}` };
  }
  return undefined;
};

const FAILED = / {2}# exit \d/;

const stepOf = ({ timeline }: Timeline, at: number): number => timeline.filter((entry, index) => entry.do !== undefined && index <= at).length;

const entryOf = (history: History | undefined): number => Math.min(history?.writes[0]?.entry ?? Infinity, history?.events[0]?.entry ?? Infinity);

/** Objects whose generated names alone tell them apart. */
const groupsOf = (histories: readonly History[]): ReadonlyMap<string, readonly History[]> => {
  const groups = new Map<string, History[]>();
  for (const history of histories) {
    const name = history.object.replace(/<r\d+>/g, '<r>');
    const known = groups.get(name);
    if (known) known.push(history);
    else groups.set(name, [history]);
  }
  return groups;
};

/** By how much the steps of the two runs began at other times. */
const shiftsOf = (recorded: Timeline, played: Timeline): ((recorded: { step: number; stepAt: number }, played: { step: number; stepAt: number }) => Shifts) => {
  const [a, b] = [stepsOf(recorded), stepsOf(played)];
  // A step that took longer here shifts what follows it, and what is written about what was before it is not shifted.
  return ({ step }, other) => [...new Set(Array.from({ length: Math.max(1, Math.min(a.length, Math.max(step, other.step))) }, (_, index) => (b[index] ?? 0) - (a[index] ?? 0)))];
};

const stepsOf = ({ timeline }: Timeline): readonly number[] => timeline.filter((entry) => entry.do !== undefined).map(({ t }) => t);

const isStatus = (path: string): boolean => path === 'status' || path.startsWith('status.');

/**
 * Spec and status of an object are written by different components, which race. Updates merge where a controller writes what it sees:
 * in a status, and in endpoints. Several controllers write a Node, each a field of its own: the order is theirs.
 */
const differs = (recorded: History, played: History, shifts: ReturnType<typeof shiftsOf>): { readonly agreed: number; readonly at: number; readonly text: string } | undefined => {
  let agreed = 0;
  for (const part of ['main', 'status'] as const) {
    const merges = part === 'status' || /^(Endpoint(s|Slice)|Node) /.test(recorded.object);
    const [a, b] = [partOf(recorded, part), partOf(played, part)];
    const divergence = align(a, b, merges, shifts);
    if (divergence !== undefined) return { agreed: agreed + divergence.agreed, at: divergence.recorded?.entry ?? a.at(-1)?.entry ?? 0, text: inWords(recorded, played, part, divergence) };
    agreed += a.length;
  }
  const events = eventsDiffer(recorded, played, shifts);
  if (events !== undefined) return { ...events, agreed: agreed + events.agreed };
  agreed += recorded.events.length;
  const finals = finalDiffers(finalOf(recorded), finalOf(played), shifts({ step: Infinity, stepAt: 0 }, { step: Infinity, stepAt: 0 }));
  return finals === undefined ? undefined : { agreed, at: Infinity, text: `${recorded.object}, at the end: ${finals}` };
};

const partOf = ({ object, writes }: History, part: 'main' | 'status'): readonly Write[] => {
  const found: Write[] = [];
  for (const write of writes) {
    const isOwn = (path: string): boolean => isStatus(path) === (part === 'status') && !(write.verb === 'modified' && isPeriodic(object, path));
    const changed = write.changed.filter(isOwn);
    if (write.verb === 'modified' && changed.length === 0) continue;
    if (write.verb === 'deleted' && part === 'status') continue;
    // An empty status is no leaf of its own: it goes once there is something in it.
    const leaves = new Map([...write.leaves].filter(([path]) => path !== 'status' && isOwn(path)));
    found.push({ ...write, changed, leaves });
  }
  return found;
};

/** Nothing but periodic reports: whether the scenario saw one is chance. */
const isNothing = (history: History): boolean => history.final === undefined && history.events.length === 0 && (['main', 'status'] as const).every((part) => partOf(history, part).length === 0);

/** A kubelet reports its node every five minutes (nodeStatusReportFrequency): when, and with which images, follows from what was before the scenario. */
const isPeriodic = (object: string, path: string): boolean => object.startsWith('Node ') && (path.endsWith('.lastHeartbeatTime') || path === 'status.images');

const eventsDiffer = (recorded: History, played: History, shifts: ReturnType<typeof shiftsOf>): { readonly agreed: number; readonly at: number; readonly text: string } | undefined => {
  const [a, b] = [bySource(recorded.events), bySource(played.events)];
  for (const source of new Set([...a.keys(), ...b.keys()])) {
    const [left, right] = [a.get(source) ?? [], b.get(source) ?? []];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      const [x, y] = [left[index], right[index]];
      if (x !== undefined && y !== undefined && saysTheSame(x, y) && sameTime(x.t, y.t, shifts(x, y))) continue;
      const show = (event: SeenEvent | undefined): string => (event === undefined ? 'nothing' : `${event.t}s ${event.type} ${event.reason}: ${event.message}`);
      return { agreed: index, at: x?.entry ?? left.at(-1)?.entry ?? 0, text: `${recorded.object}, Event ${index} of ${source}: recorded ${show(x)}, here ${show(y)}` };
    }
  }
  return undefined;
};

/** By component; what is said again is a higher count, and that may differ where a controller retries. */
const bySource = (events: readonly SeenEvent[]): ReadonlyMap<string, readonly SeenEvent[]> => {
  const found = new Map<string, SeenEvent[]>();
  for (const event of events) {
    const known = found.get(event.from) ?? [];
    found.set(event.from, known);
    if (isOfBusyMachine(event)) continue;
    if (!known.some((earlier) => (event.count ?? 1) > 1 && saysTheSame(earlier, event))) known.push(event);
  }
  return found;
};

/**
 * The recorder's machine was so busy that a kubelet's first look at a config map sometimes took longer than it waits for (1 s); it mounts at
 * the next try. An idle machine says no such thing, and nothing follows from it but the delay.
 */
const isOfBusyMachine = ({ reason, message }: SeenEvent): boolean => reason === 'FailedMount' && message.endsWith('failed to sync configmap cache: timed out waiting for the condition');

const saysTheSame = (a: SeenEvent, b: SeenEvent): boolean =>
  a.type === b.type && a.reason === b.reason && a.fieldPath === b.fieldPath && a.action === b.action && plain(a.message) === plain(b.message);

const plain = (message: string): string => message.replace(/<(r|ip|node|container)\d+>|node-\d+(?![\w-])/g, '<$1>');

const finalOf = ({ object, final }: History): Leaves | undefined => final && new Map([...final].filter(([path]) => !isPeriodic(object, path)));

const finalDiffers = (recorded: Leaves | undefined, played: Leaves | undefined, shifts: Shifts): string | undefined => {
  if (recorded === undefined || played === undefined) return recorded === played ? undefined : recorded === undefined ? 'is still here' : 'is gone here';
  const path = difference(recorded, played, shifts);
  return path === undefined ? undefined : `${path} was ${recorded.get(path) ?? 'absent'}, is ${played.get(path) ?? 'absent'}`;
};

const inWords = (recorded: History, played: History, part: string, { recorded: a, played: b, what }: Divergence): string => {
  const where = `${recorded.object}${played.object === recorded.object ? '' : ` (here ${played.object})`}, ${part}`;
  const show = (write: Write | undefined): string => (write === undefined ? 'nothing more' : `${write.t}s ${write.verb} by ${write.by.join(' ') || '?'} ${write.changed.slice(0, 12).map((path) => `${path}=${write.leaves.get(path) ?? 'unset'}`).join(' ')}`.slice(0, 700));
  if (a === undefined || b === undefined || what === 'verb' || what === 'by' || what === 't') return `${where} (${what}): recorded entry ${a?.entry ?? '-'} ${show(a)}, here ${show(b)}`;
  return `${where}: ${what} was ${a.leaves.get(what) ?? 'absent'} (entry ${a.entry}, ${show(a)}), is ${b.leaves.get(what) ?? 'absent'} (entry ${b.entry}, ${show(b)})`;
};
