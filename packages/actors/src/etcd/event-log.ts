import type { KeyValue } from '../api/etcd-requests.js';

/**
 * Every event above the compacted revision, and what that revision itself put, in order. Places in the log are counted from 1 on and
 * never change: whoever has seen a revision resumes at a place, and compaction takes events off the front. An event is the KeyValue
 * that it wrote; that of a deletion has version 0. What is asked of many events stands beside them in numbers: to look for one, or to
 * drop what is dead, touches no event.
 */
export interface EventLog {
  readonly segments: EventSegment[];
  /** The place of the first slot of the first segment. */
  first: number;
  /** The places of the first event that is kept, and of the next one that comes. */
  begin: number;
  end: number;
}

interface EventSegment {
  /** Without those that were dropped. */
  readonly events: (KeyValue | undefined)[];
  /** `FIELDS` for each event. */
  readonly numbers: Uint32Array;
  /** From which the numbers count theirs. */
  readonly revision: number;
}

const REVISION = 0;
/** The number of its key, or `NO_KEY`. */
const KEY = 1;
/** How many places before it the event before of its key stands; 0: there was none in the log. */
const BACK = 2;
/** What it counts for in the size of the store, twice, and 1 for a deletion. */
const SIZE = 3;
const FIELDS = 4;

export const NO_KEY = 0xffff_ffff;

const SEGMENT_BITS = 10;
export const SEGMENT_EVENTS = 1 << SEGMENT_BITS;
const SLOT = SEGMENT_EVENTS - 1;

export const emptyEventLog = (): EventLog => ({ segments: [], first: 1, begin: 1, end: 1 });

/** Appends an event of the key of number `key`, the one before of which is at the place `former` (0: nowhere). */
export const appendEvent = (log: EventLog, event: KeyValue, revision: number, key: number, former: number, size: number, deletes: boolean): void => {
  const place = log.end++;
  const slot = (place - log.first) & SLOT;
  if (slot === 0) log.segments.push({ events: new Array<KeyValue | undefined>(SEGMENT_EVENTS).fill(undefined), numbers: new Uint32Array(SEGMENT_EVENTS * FIELDS), revision });
  const segment = log.segments[log.segments.length - 1] as EventSegment;
  const { numbers } = segment;
  const at = slot * FIELDS;
  segment.events[slot] = event;
  numbers[at + REVISION] = revision - segment.revision;
  numbers[at + KEY] = key;
  numbers[at + BACK] = former < log.begin ? 0 : place - former;
  numbers[at + SIZE] = size * 2 + (deletes ? 1 : 0);
};

const segmentOf = (log: EventLog, place: number): EventSegment => log.segments[(place - log.first) >> SEGMENT_BITS] as EventSegment;
const numberAt = (log: EventLog, place: number, field: number): number => segmentOf(log, place).numbers[((place - log.first) & SLOT) * FIELDS + field] as number;

/** What stands at a place of the log; undefined: a deletion at the compacted revision, of which nothing is told. */
export const eventAt = (log: EventLog, place: number): KeyValue | undefined => segmentOf(log, place).events[(place - log.first) & SLOT];
export const revisionAt = (log: EventLog, place: number): number => segmentOf(log, place).revision + numberAt(log, place, REVISION);
export const keyAt = (log: EventLog, place: number): number => numberAt(log, place, KEY);
export const sizeAt = (log: EventLog, place: number): number => numberAt(log, place, SIZE) >>> 1;
export const deletesAt = (log: EventLog, place: number): boolean => (numberAt(log, place, SIZE) & 1) === 1;

export const sizeBetween = (log: EventLog, from: number, to: number): number => {
  let size = 0;
  for (let place = from; place < to; place++) size += sizeAt(log, place);
  return size;
};

/** The place of the event before of the same key; 0: the log does not have it (any more). */
export const placeBefore = (log: EventLog, place: number): number => {
  const back = numberAt(log, place, BACK);
  return back === 0 || place - back < log.begin ? 0 : place - back;
};

/** The place of the first event after `revision`. */
export const placeAfter = (log: EventLog, revision: number): number => {
  let low = log.begin;
  let high = log.end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (revisionAt(log, middle) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The place behind the events that share the revision of the one at `place`. */
export const placeBehind = (log: EventLog, place: number): number => {
  const revision = revisionAt(log, place);
  let behind = place + 1;
  while (behind < log.end && revisionAt(log, behind) === revision) behind += 1;
  return behind;
};

export const eventsBetween = (log: EventLog, from: number, to: number): KeyValue[] => {
  const events: KeyValue[] = [];
  for (let place = from; place < to; place++) {
    const event = eventAt(log, place);
    if (event !== undefined) events.push(event);
  }
  return events;
};

/** The last `limit` events, less those of a revision that the limit would part. */
export const lastEvents = (log: EventLog, limit: number): KeyValue[] => {
  const from = log.end - limit;
  if (from <= log.begin) return eventsBetween(log, log.begin, log.end);
  return eventsBetween(log, revisionAt(log, from - 1) === revisionAt(log, from) ? placeBehind(log, from) : from, log.end);
};

/** Takes an event out of the log, which keeps its place; with its key, if nothing else is left of that. */
export const forgetEvent = (log: EventLog, place: number, withKey: boolean): void => {
  const segment = segmentOf(log, place);
  const slot = (place - log.first) & SLOT;
  segment.events[slot] = undefined;
  if (withKey) segment.numbers[slot * FIELDS + KEY] = NO_KEY;
};

/** Takes the first event off the log. */
export const dropFirst = (log: EventLog): void => {
  forgetEvent(log, log.begin, false);
  log.begin += 1;
  if (log.begin < log.end && log.begin - log.first < SEGMENT_EVENTS) return;
  log.segments.shift();
  log.first = log.begin;
};
