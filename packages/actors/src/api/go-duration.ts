const units: Readonly<Record<string, number>> = { ns: 1, us: 1_000, 'µs': 1_000, 'μs': 1_000, ms: 1_000_000, s: 1_000_000_000, m: 60_000_000_000, h: 3_600_000_000_000 };
/** A time.Duration is an int64. */
const LONGEST = 2 ** 63;

/** Nanoseconds of a text like `1h30m` or `1.5s`, or the words of time.ParseDuration of Go for why it is none. */
export function readGoDuration(text: string): { readonly nanos: number } | { readonly error: string } {
  const invalid = { error: `time: invalid duration ${quote(text)}` };
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return { nanos: 0 };
  if (rest === '') return invalid;
  let nanos = 0;
  while (rest !== '') {
    const count = /^(?:\d+(?:\.\d*)?|\.\d+)/.exec(rest)?.[0];
    if (count === undefined || Number.parseInt(count, 10) > LONGEST) return invalid;
    rest = rest.slice(count.length);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return { error: `time: missing unit in duration ${quote(text)}` };
    const scale = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (scale === undefined) return { error: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` };
    nanos += Number(count) * scale;
    if (nanos > LONGEST || (nanos === LONGEST && !negative)) return invalid;
    rest = rest.slice(unit.length);
  }
  return { nanos: negative ? -nanos : nanos };
}

/** As package time quotes: what is not ASCII byte by byte. */
const quote = (text: string): string => {
  let out = '"';
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    if (byte >= 0x80 || byte < 0x20) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return `${out}"`;
};

/** Nanoseconds of a text that time.ParseDuration of Go reads; undefined if it does not. */
export function parseGoDuration(text: string): number | undefined {
  const read = readGoDuration(text);
  return 'nanos' in read ? read.nanos : undefined;
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
