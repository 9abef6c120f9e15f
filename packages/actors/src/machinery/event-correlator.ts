import { between, type Instant, later, minutes, type Random, seconds } from '@naumachia/core';

/**
 * client-go's EventCorrelator (tools/record/events_cache.go): what becomes of an event that a component wants to record. Alike
 * events are counted, many of one reason are aggregated, and an object that makes too many is not heard any more.
 */
export interface EventCorrelator {
  /** By uid of the object; the least recently heard leaves first. */
  readonly objects: Map<string, ObjectEvents>;
  /** The one that was heard last: most objects are heard a few times in a row, and need no new place then. */
  newest: string | undefined;
}

interface ObjectEvents {
  tokens: number;
  refilledAt: Instant;
  readonly reasons: ReasonEvents[];
}

/** Events of one object that differ in their message alone. */
interface ReasonEvents {
  readonly type: string;
  readonly reason: string;
  lastAt: Instant;
  /** Distinct messages since the interval began, at most MAX_ALIKE. */
  messages: string[];
  readonly observations: Observation[];
}

interface Observation {
  readonly message: string;
  readonly fieldPath: string | undefined;
  readonly name: string;
  readonly first: Instant;
  count: number;
}

export type Correlated =
  | { readonly outcome: 'create'; readonly message: string }
  | { readonly outcome: 'count'; readonly message: string; readonly name: string; readonly first: Instant; readonly count: number }
  | { readonly outcome: 'drop' };

const MAX_OBJECTS = 4096;
const BURST = 25;
const REFILL = seconds(300);
const MAX_ALIKE = 10;
const AGGREGATE_WITHIN = minutes(10);
const DROP: Correlated = { outcome: 'drop' };

export const eventCorrelator = (): EventCorrelator => ({ objects: new Map(), newest: undefined });

/** `name` is the name that the event gets if it is created. */
export const correlate = (correlator: EventCorrelator, object: string, event: { readonly type: string; readonly reason: string; readonly message: string; readonly fieldPath: string | undefined }, name: string, now: Instant, random: Random): Correlated => {
  const known = objectEvents(correlator, object, now);
  const alike = reasonEvents(known, event.type, event.reason, now);
  if (!alike.messages.includes(event.message)) alike.messages.push(event.message);
  let message = event.message;
  let aggregated = false;
  if (alike.messages.length >= MAX_ALIKE) {
    // Room for the next, so that the count of kinds stays at the limit. PopAny takes whichever the iteration of a Go map begins with: chance
    // decides which message, when it comes again, is counted under its own name and which is combined with the others.
    alike.messages.splice(random.below(alike.messages.length), 1);
    message = `(combined from similar events): ${message}`;
    aggregated = true;
  }
  const correlated = observe(alike, message, aggregated, event.fieldPath, name, now);
  return takeToken(known, now) ? correlated : DROP;
};

/** The server does not know the event that was counted: the next alike is a new one. */
export const forgetEvent = (correlator: EventCorrelator, object: string, name: string): void => {
  for (const alike of correlator.objects.get(object)?.reasons ?? []) {
    const at = alike.observations.findIndex((observation) => observation.name === name);
    if (at >= 0) alike.observations.splice(at, 1);
  }
};

const objectEvents = (correlator: EventCorrelator, object: string, now: Instant): ObjectEvents => {
  const { objects } = correlator;
  const known = objects.get(object);
  if (known) {
    if (correlator.newest === object) return known;
    correlator.newest = object;
    objects.delete(object);
    objects.set(object, known);
    return known;
  }
  correlator.newest = object;
  const fresh: ObjectEvents = { tokens: BURST, refilledAt: now, reasons: [] };
  objects.set(object, fresh);
  if (objects.size > MAX_OBJECTS) {
    for (const oldest of objects.keys()) {
      objects.delete(oldest);
      break;
    }
  }
  return fresh;
};

const reasonEvents = (known: ObjectEvents, type: string, reason: string, now: Instant): ReasonEvents => {
  for (const alike of known.reasons) {
    if (alike.reason !== reason || alike.type !== type) continue;
    if (between(alike.lastAt, now) > AGGREGATE_WITHIN) alike.messages = [];
    alike.lastAt = now;
    return alike;
  }
  const fresh: ReasonEvents = { type, reason, lastAt: now, messages: [], observations: [] };
  known.reasons.push(fresh);
  return fresh;
};

const observe = (alike: ReasonEvents, message: string, aggregated: boolean, fieldPath: string | undefined, name: string, now: Instant): Correlated => {
  // Aggregated events share one key whatever their text, hence one count.
  const key = aggregated ? '' : message;
  const path = aggregated ? undefined : fieldPath;
  for (const observation of alike.observations) {
    if (observation.message !== key || observation.fieldPath !== path) continue;
    observation.count++;
    return { outcome: 'count', message, name: observation.name, first: observation.first, count: observation.count };
  }
  alike.observations.push({ message: key, fieldPath: path, name, first: now, count: 1 });
  return { outcome: 'create', message };
};

const takeToken = (known: ObjectEvents, now: Instant): boolean => {
  const refills = Math.floor(between(known.refilledAt, now) / REFILL);
  if (refills > 0) {
    known.tokens = Math.min(BURST, known.tokens + refills);
    known.refilledAt = later(known.refilledAt, (refills * REFILL) as typeof REFILL);
  }
  if (known.tokens <= 0) return false;
  known.tokens--;
  return true;
};
