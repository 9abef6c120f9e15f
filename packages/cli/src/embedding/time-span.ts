/** A span of time: milliseconds, or a text such as `500ms`, `30s`, `5m` or `2h`. */
export type TimeSpan = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A span in milliseconds. `what` names it in the error that one gets who wrote something else. */
export const millisecondsOf = (span: TimeSpan, what: string): number => {
  const { amount, unit = '' } = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)$/.exec(String(span))?.groups ?? {};
  const milliseconds = typeof span === 'number' ? span : Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (milliseconds >= 0 && milliseconds !== Number.POSITIVE_INFINITY) return milliseconds;
  throw new RangeError(`${what}: expected a time such as '500ms', '30s', '5m', or a number of milliseconds, found ${JSON.stringify(span) ?? String(span)}`);
};
