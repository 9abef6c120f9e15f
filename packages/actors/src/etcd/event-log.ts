import type { KeyValue } from '../api/etcd-requests.js';

/**
 * Every event above the compacted revision, and what that revision itself put, in order, in segments: whoever has seen a revision
 * resumes by a slice, and compaction drops segments from the front. An event is the KeyValue that it wrote; that of a deletion has version 0.
 */
export interface EventLog {
  readonly segments: KeyValue[][];
}

export const SEGMENT_EVENTS = 1024;

export const emptyEventLog = (): EventLog => ({ segments: [] });

export const appendEvent = (log: EventLog, event: KeyValue): void => {
  const { segments } = log;
  const last = segments[segments.length - 1];
  if (last !== undefined && last.length < SEGMENT_EVENTS) last.push(event);
  else segments.push([event]);
};

/** The events after `revision`, about `limit` of them: those of one revision are never parted. */
export const eventsAfter = (log: EventLog, revision: number, limit: number): KeyValue[] => {
  const { segments } = log;
  const events: KeyValue[] = [];
  for (let s = segmentAfter(log, revision); s < segments.length; s++) {
    const segment = segments[s] as KeyValue[];
    for (let i = events.length === 0 ? firstAfter(segment, revision) : 0; i < segment.length; i++) {
      const event = segment[i] as KeyValue;
      if (events.length >= limit && event.header.revision !== (events[events.length - 1] as KeyValue).header.revision) return events;
      events.push(event);
    }
  }
  return events;
};

/** The last `limit` events, less those of a revision that the limit would part. */
export const lastEvents = (log: EventLog, limit: number): KeyValue[] => {
  const { segments } = log;
  let total = 0;
  let from = segments.length;
  while (from > 0 && total <= limit) total += (segments[--from] as KeyValue[]).length;
  const events = segments.slice(from).flat();
  if (total <= limit) return events;
  let start = total - limit;
  const parted = (events[start - 1] as KeyValue).header.revision;
  while (start < total && (events[start] as KeyValue).header.revision === parted) start++;
  return events.slice(start);
};

const segmentAfter = (log: EventLog, revision: number): number => {
  const { segments } = log;
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = segments[middle] as KeyValue[];
    if ((segment[segment.length - 1] as KeyValue).header.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
};

const firstAfter = (segment: readonly KeyValue[], revision: number): number => {
  let low = 0;
  let high = segment.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segment[middle] as KeyValue).header.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
};
