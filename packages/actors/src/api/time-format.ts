import { instantOf, type Instant } from '@naumachia/core';

/** Times as the API writes them: `metadata.v1.Time` with whole seconds, `MicroTime` with six digits. Both are UTC. */

let cachedSecond = Number.NaN;
let cachedText = '';

/** `2026-11-21T13:42:46Z`; parts of a second are cut off, as metav1.Time does. Repeated calls within one second cost a comparison. */
export function formatTime(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  if (second !== cachedSecond) {
    cachedText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    cachedSecond = second;
  }
  return cachedText;
}

/** `2026-11-21T13:42:46.012345Z`. */
export function formatMicroTime(instant: Instant): string {
  const text = formatTime(instant);
  // Rounded, because an Instant of today has no exact thousandths; cut, so that the second stays.
  const micros = Math.min(999_999, Math.round((instant - cachedSecond * 1000) * 1000));
  return `${text.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

const FOUR_CENTURIES = 146_097 * 86_400_000;

const canonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

/** The instant that a time of the API names, or undefined if it is no RFC 3339 time. Reads MicroTime too. */
export function parseTime(text: string): Instant | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  // Date.UTC takes the years before 100 for those of the 20th century; after 400 years the calendar repeats.
  const shift = Number(year) < 100 ? 400 : 0;
  const utc = Date.UTC(Number(year) + shift, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - (shift === 0 ? 0 : FOUR_CENTURIES);
  const date = new Date(utc);
  // Date.UTC lets 30 February run over into March; Go refuses it.
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const millis = fraction === '' ? 0 : Number(`0.${fraction}`) * 1000;
  const sign = zone.startsWith('-') ? 1 : -1;
  const offset = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * 60_000;
  return instantOf(utc + millis + offset);
}

let lastRead = '';
let lastReadAt = Number.NaN;

/** The instant of a time as the store keeps it: canonical, so it is not checked again. NaN for an empty text. */
export function instantOfTime(text: string): Instant {
  if (text !== lastRead) {
    lastReadAt = Date.parse(text);
    lastRead = text;
  }
  return instantOf(lastReadAt);
}

/** A time as the API keeps it, in UTC with whole seconds, from any RFC 3339 text; undefined if it is none. */
export function canonicalTime(text: string): string | undefined {
  if (canonical.test(text) && text.endsWith('Z') && isPlausible(text)) return text;
  const instant = parseTime(text);
  return instant === undefined ? undefined : formatTime(instant);
}

/** MicroTime must come with exactly six digits of a fraction (metav1.RFC3339Micro). */
export function canonicalMicroTime(text: string): string | undefined {
  const match = rfc3339.exec(text);
  if (match?.[7]?.length !== 6) return undefined;
  if (match[8] === 'Z') return parseTime(text) === undefined ? undefined : text;
  const instant = parseTime(text);
  return instant === undefined ? undefined : `${formatTime(instant).slice(0, 19)}.${match[7]}Z`;
}

/** Digits in range, and a day that every month has: the rest takes the slow way. */
function isPlausible(text: string): boolean {
  const [month, day, hour] = [text.slice(5, 7), text.slice(8, 10), text.slice(11, 13)];
  return month >= '01' && month <= '12' && day >= '01' && day <= '28' && hour <= '23' && text.charAt(14) <= '5' && text.charAt(17) <= '5';
}

/** Go's error for a time that cannot be read; `micro` for a MicroTime. */
export function timeError(text: string, micro: boolean): string {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const steps: readonly (readonly [RegExp, string])[] = [
    [/^\d{4}/, '2006'], [/^-/, '-'], [/^\d\d/, '01'], [/^-/, '-'], [/^\d\d/, '02'], [/^T/, 'T'], [/^\d\d/, '15'], [/^:/, ':'], [/^\d\d/, '04'], [/^:/, ':'], [/^\d\d/, '05'],
    [micro ? /^[.,]\d{6}(?!\d)/ : /^(?:[.,]\d+)?/, '.000000'], [/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00'],
  ];
  let rest = text;
  for (const [pattern, element] of steps) {
    const found = pattern.exec(rest);
    if (found === null) return `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`;
    rest = rest.slice(found[0].length);
  }
  return rest === '' ? `parsing time ${JSON.stringify(text)}: day out of range` : `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
}
