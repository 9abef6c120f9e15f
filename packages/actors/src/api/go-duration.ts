const units: Readonly<Record<string, number>> = { ns: 1, us: 1_000, 'µs': 1_000, 'μs': 1_000, ms: 1_000_000, s: 1_000_000_000, m: 60_000_000_000, h: 3_600_000_000_000 };

/** Nanoseconds of a text like `1h30m` or `1.5s` (time.ParseDuration of Go); undefined if it is none. */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) return undefined;
  let nanos = 0;
  for (const [, count, unit] of (match[2] ?? '').matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)/g)) nanos += Number(count) * (units[unit ?? ''] ?? 0);
  return match[1] === '-' ? -nanos : nanos;
}

/** As time.Duration.String() of Go writes it: `1m30s`, `1.5s`, `100ms`, `0s`. */
export function formatGoDuration(nanos: number): string {
  if (nanos === 0) return '0s';
  const sign = nanos < 0 ? '-' : '';
  const amount = Math.abs(nanos);
  if (amount < 1_000) return `${sign}${amount}ns`;
  if (amount < 1_000_000) return `${sign}${amount / 1_000}µs`;
  if (amount < 1_000_000_000) return `${sign}${amount / 1_000_000}ms`;
  const minutes = Math.floor(amount / 60_000_000_000);
  const seconds = `${Number(((amount - minutes * 60_000_000_000) / 1_000_000_000).toFixed(9))}s`;
  if (minutes === 0) return sign + seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60}m${seconds}`;
}
