const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g;

/** Milliseconds of a duration as Go writes it (`time.ParseDuration`): `1m30s`, `500ms`, `0`. Undefined if it is none, or less than nothing. */
export const goDuration = (text: string): number | undefined => {
  if (text === '0') return 0;
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(PART)].reduce((total, [, amount = '', unit = '']) => total + Number(amount) * (UNITS[unit] ?? 0), 0);
};
