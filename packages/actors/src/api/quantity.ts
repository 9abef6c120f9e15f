/** Amounts as resource.Quantity of apimachinery reads, rounds and writes them. The API holds them as text; the texts of a cluster are few, so parsing is cached. */

/** How the amount was written, which decides how a result is written. `0` alone has no format and takes that of the other operand. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent' | '';

export interface Quantity {
  /** The exact amount times 10^9; smaller parts are rounded up, as Kubernetes does. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
  /** The canonical text: no fraction, the largest suffix that leaves an integer (`0.5` is `500m`, `1024Mi` is `1Gi`). */
  readonly text: string;
  /** The amount rounded up to an integer, as Quantity.Value(): bytes, pods. */
  readonly value: number;
  /** The amount in thousandths, rounded up, as Quantity.MilliValue(): CPU. */
  readonly milliValue: number;
}

const billion = 1_000_000_000n;
const maxBinary = 9_223_372_036_854_775_807n * billion;
const decimalExponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const decimalSuffixes = new Map(Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const shape = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

const formatError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const cacheLimit = 16_384;
const cache = new Map<string, Quantity>();

/** Reads an amount; an unreadable one gives the text of Go's error. Numbers are read as their JSON text. */
export function readQuantity(text: string): Quantity | { readonly error: string } {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const match = shape.exec(text.trim());
  if (match === null || text.trim() === '') return { error: formatError };
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  let format: QuantityFormat = 'DecimalSI';
  let exponent = decimalExponents[suffix];
  let binary = 0;
  if (exponent === undefined) {
    binary = binaryExponents[suffix] ?? 0;
    exponent = 0;
    if (binary > 0) format = 'BinarySI';
    else if (/^[eE][-+]?[0-9]+$/.test(suffix)) {
      format = 'DecimalExponent';
      exponent = Number(suffix.slice(1));
    } else return { error: "unable to parse quantity's suffix" };
  }
  if (whole === '' && fraction === '') return { error: "unable to parse quantity's numeric part" };
  const scale = exponent - fraction.length + 9;
  if (Math.abs(scale) > 400) return { error: "unable to parse quantity's numeric part" };
  let nano = BigInt(`${whole}${fraction}`) << BigInt(binary);
  if (scale >= 0) nano *= 10n ** BigInt(scale);
  else nano = ceilDivide(nano, 10n ** BigInt(-scale));
  if (format === 'BinarySI') {
    if (nano > maxBinary) nano = maxBinary;
    else if (nano < billion && nano > 0n) format = 'DecimalSI';
  }
  const quantity = quantityOf(sign === '-' ? -nano : nano, text === '0' ? '' : format);
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, quantity);
  return quantity;
}

/** An amount that was validated when it entered the API; throws a RangeError for any other text. */
export function quantity(text: string): Quantity {
  const read = readQuantity(text);
  if ('error' in read) throw new RangeError(`${JSON.stringify(text)}: ${read.error}`);
  return read;
}

/** The quantity of an exact number of billionths. */
export function quantityOf(nano: bigint, format: QuantityFormat): Quantity {
  return { nano, format, text: canonicalText(nano, format), value: ceilNumber(nano, billion), milliValue: ceilNumber(nano, 1_000_000n) };
}

/** `4` CPU is `quantityOfMilli(4000)`. */
export function quantityOfMilli(milli: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return quantityOf(BigInt(milli) * 1_000_000n, format);
}

/** Bytes are `quantityOfValue(1073741824, 'BinarySI')`. */
export function quantityOfValue(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return quantityOf(BigInt(value) * billion, format);
}

/** Negative, zero or positive, by amount: `1024Mi` equals `1Gi`. */
export function compareQuantities(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [quantity(left).nano, quantity(right).nano];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sum in the format of the first operand, or of the second if the first is zero, as Quantity.Add. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return quantityOf(left.nano + right.nano, left.nano === 0n ? right.format : left.format);
}

export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return quantityOf(left.nano - right.nano, left.nano === 0n ? right.format : left.format);
}

function ceilDivide(amount: bigint, by: bigint): bigint {
  const quotient = amount / by;
  return amount % by > 0n ? quotient + 1n : quotient;
}

const ceilNumber = (nano: bigint, by: bigint): number => Number(ceilDivide(nano, by));

function canonicalText(nano: bigint, format: QuantityFormat): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  let amount = nano < 0n ? -nano : nano;
  // Small and fractional amounts are written in decimal even where they came with a binary suffix.
  if (format === 'BinarySI' && amount >= 1024n * billion && amount % billion === 0n) {
    amount /= billion;
    let power = 0;
    while (power < binarySuffixes.length - 1 && amount % 1024n === 0n) {
      amount /= 1024n;
      power++;
    }
    return `${sign}${amount}${binarySuffixes[power]}`;
  }
  let exponent = -9;
  while (amount % 1000n === 0n && (exponent < 18 || format === 'DecimalExponent')) {
    amount /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${sign}${amount}` : `${sign}${amount}e${exponent}`;
  return `${sign}${amount}${decimalSuffixes.get(exponent) ?? ''}`;
}
