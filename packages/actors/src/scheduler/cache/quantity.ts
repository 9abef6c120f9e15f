/**
 * Quantities (apimachinery `resource.Quantity`) as the scheduler reads them: whole units or thousandths, rounded up as
 * `Value()` and `MilliValue()` do. A cluster has few distinct texts, so each is read once.
 */
const whole = new Map<string, number>();
const milli = new Map<string, number>();
const MOST_REMEMBERED = 10_000;

/** The quantity in whole units (bytes, pods, devices), rounded up. 0 for what is no quantity: the API server refuses those. */
export const quantityValue = (text: string): number => remembered(whole, text, 1n);

/** The quantity in thousandths (CPU), rounded up. */
export const quantityMilliValue = (text: string): number => remembered(milli, text, 1000n);

const remembered = (memory: Map<string, number>, text: string, scale: bigint): number => {
  const known = memory.get(text);
  if (known !== undefined) return known;
  if (memory.size >= MOST_REMEMBERED) memory.clear();
  const value = read(text, scale);
  memory.set(text, value);
  return value;
};

const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d+)$/;

const read = (text: string, scale: bigint): number => {
  const parts = FORM.exec(String(text));
  if (!parts) return 0;
  const [, sign, integer = '', fraction = '', suffix = ''] = parts;
  let numerator = BigInt(integer + fraction || '0') * scale;
  let denominator = 10n ** BigInt(fraction.length);
  const binary = BINARY[suffix];
  if (binary !== undefined) numerator *= binary;
  else {
    const exponent = DECIMAL[suffix] ?? Number(suffix.slice(1));
    if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
    else denominator *= 10n ** BigInt(-exponent);
  }
  if (sign === '-') return -Number(numerator / denominator);
  return Number((numerator + denominator - 1n) / denominator);
};
