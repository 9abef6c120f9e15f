import type { Random } from '@naumachia/core';
import { type Parser, scalar } from './place.js';

/** A number from which each seed draws its own: uniform from `least` to `most`. Of durations: milliseconds. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

export const drawn = ({ least, most }: Span, random: Random): number => (least === most ? least : least + random.float() * (most - least));
export const drawnWhole = ({ least, most }: Span, random: Random): number => least + random.below(most - least + 1);

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

const durationOf = (text: string): number | undefined => {
  const { amount, unit } = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|min|m|h)$/.exec(text)?.groups ?? {};
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
};

const spanOf = (text: string, one: (text: string) => number | undefined): Span | undefined => {
  const [first = '', second = first] = text.split('..');
  const [least, most] = [one(first.trim()), one(second.trim())];
  return least === undefined || most === undefined || least > most ? undefined : { least, most };
};

/** `30s`, in milliseconds. */
export const duration: Parser<number> = scalar((value) => (typeof value === 'string' ? durationOf(value) : undefined), 'a duration such as 500ms, 30s, 2m or 1h');

/** `30s`, or `10s..1m` for each seed to draw from. */
export const durations: Parser<Span> = scalar((value) => (typeof value === 'string' ? spanOf(value, durationOf) : undefined), 'a duration such as 30s, or a span such as 10s..1m');

const numberWithin = (least: number, most: number, whole: boolean) => (text: string): number | undefined => {
  const value = text === '' ? Number.NaN : Number(text);
  return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
};

/** `3`, or `0..3` for each seed to draw from. */
export const counts = (least: number, most: number): Parser<Span> =>
  scalar((value) => spanOf(String(value), numberWithin(least, most, true)), `a whole number from ${least} to ${most}, or a span such as ${least}..${most}`);

/** `0.01`, or `0..0.01` for each seed to draw from. */
export const probabilities: Parser<Span> = scalar((value) => spanOf(String(value), numberWithin(0, 1, false)), 'a probability from 0 to 1, or a span such as 0..0.01');

export const probability: Parser<number> = scalar((value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined), 'a probability from 0 to 1');

export const wholeNumber = (least: number, most: number): Parser<number> =>
  scalar((value) => (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined), `a whole number from ${least} to ${most}`);

export const text: Parser<string> = scalar((value) => (typeof value === 'string' && value !== '' ? value : undefined), 'a text');

export const oneOf = <T extends string>(words: readonly T[]): Parser<T> => scalar((value) => words.find((word) => word === value), words.length > 1 ? `one of ${words.join(', ')}` : `${words[0] ?? ''}`);
