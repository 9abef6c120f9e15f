import { InvalidArgumentError } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 };

/** A parser of whole numbers from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text.replaceAll('_', ''));
    if (!/^[\d_]+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`Expected a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}.`);
    return value;
  };

/** A parser of numbers above 0, which may have fractions. */
export const positiveNumber = (text: string): number => {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || !(value > 0)) throw new InvalidArgumentError('Expected a number above 0, such as 10 or 0.5.');
  return value;
};

/** `90s`, `2m`, `500ms` or plain seconds, as milliseconds. */
export const durationValue = (text: string): number => {
  const { amount, unit = 's' } = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|min|h)?$/.exec(text)?.groups ?? {};
  const milliseconds = Number(amount) * (SECONDS[unit] ?? Number.NaN) * 1000;
  if (!(milliseconds > 0)) throw new InvalidArgumentError('Expected a duration such as 60s, 2m or 500ms.');
  return milliseconds;
};

/** For flags that may be given again and again. */
export const collected = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

const MOST_SEEDS = 1_000_000;

/** `1..200`, both included. */
export const seedRange = (text: string): readonly number[] => {
  const { first, last } = /^(?<first>\d+)\.\.(?<last>\d+)$/.exec(text)?.groups ?? {};
  const [from, to] = [Number(first), Number(last)];
  if (first === undefined || !Number.isSafeInteger(to) || from > to || to - from >= MOST_SEEDS) throw new InvalidArgumentError('Expected the first and the last seed, such as 1..200.');
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
};

/** What a cluster may be called: it is part of names of files and contexts. */
export const clusterName = (text: string): string => {
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) throw new InvalidArgumentError('Expected up to 63 lower case letters, digits and hyphens, the first and the last no hyphen.');
  return text;
};
