/** Amounts as resource.Quantity of apimachinery reads, rounds and writes them. The API holds them as text; the texts of a cluster are few, so parsing is cached. */

/** How the amount was written, which decides how a result is written. `0` alone has no format and takes that of the other operand. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent' | '';

export interface Quantity {
  /** The exact amount times 10^9; smaller parts are rounded up, as Kubernetes does. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
  /** The canonical text: no fraction, the largest suffix that leaves an integer (`0.5` is `500m`, `1024Mi` is `1Gi`). */
  readonly text: string;
  /** The amount rounded up (away from zero) to an integer, as Quantity.Value(): bytes, pods. */
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
const suffixError = "unable to parse quantity's suffix";
const numericError = 'unable to parse numeric part of quantity';
const cacheLimit = 16_384;
const cache = new Map<string, Quantity>();

/** The parts of a text that can be an amount; numerator without leading zeros. */
interface Parts {
  readonly negative: boolean;
  readonly numerator: string;
  readonly fraction: string;
  readonly format: QuantityFormat;
  /** Of ten, or of two for BinarySI. */
  readonly exponent: number;
}

function readParts(text: string): Parts | { readonly error: string } {
  const match = shape.exec(text);
  if (match === null || text === '') return { error: formatError };
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const parts = { negative: sign === '-', numerator: whole.replace(/^0+/, '') || '0', fraction };
  const decimal = decimalExponents[suffix];
  const binary = binaryExponents[suffix];
  const exponent = decimal ?? binary ?? (/^[eE][-+]?[0-9]+$/.test(suffix) ? Number(suffix.slice(1)) : undefined);
  if (exponent === undefined) return { error: suffixError };
  // Without digits Go takes zero, unless the suffix is too large for its fast path.
  if (whole === '' && fraction === '' && binary !== undefined && binary >= 50) return { error: numericError };
  if (Math.abs(exponent) > 400) return { error: numericError };
  return { ...parts, format: decimal !== undefined ? 'DecimalSI' : binary !== undefined ? 'BinarySI' : 'DecimalExponent', exponent };
}

/** Reads an amount; an unreadable one gives the text of Go's error. Numbers are read as their JSON text. */
export function readQuantity(text: string): Quantity | { readonly error: string } {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const trimmed = text.trim();
  const parts = readParts(trimmed);
  if ('error' in parts) return parts;
  let { format } = parts;
  const binary = format === 'BinarySI' ? parts.exponent : 0;
  const scale = (binary > 0 ? 0 : parts.exponent) - parts.fraction.length + 9;
  let nano = BigInt(`${parts.numerator}${parts.fraction}`) << BigInt(binary);
  nano = scale >= 0 ? nano * 10n ** BigInt(scale) : ceilDivide(nano, 10n ** BigInt(-scale));
  if (format === 'BinarySI') {
    if (nano > maxBinary) nano = maxBinary;
    else if (nano < billion && nano > 0n) format = 'DecimalSI';
  }
  const canonical = quantityOf(parts.negative ? -nano : nano, trimmed === '0' ? '' : format);
  const quantity = keepsItsText(parts) ? { ...canonical, text: trimmed } : canonical;
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, quantity);
  return quantity;
}

/** ParseQuantity keeps a text that is canonical at a glance, and so lets `1E6`, `+1` and `007` pass as they are. */
function keepsItsText({ numerator, fraction, format, exponent }: Parts): boolean {
  const digits = `${numerator}${fraction}`;
  if (format === 'BinarySI') {
    const precision = 15 - numerator.length - Math.floor((exponent * 3) / 10) - 1;
    return fraction === '' && precision >= 0 && (BigInt(digits) & 7n) !== 0n;
  }
  const scale = exponent - fraction.length;
  return digits.length <= 18 && scale >= -9 && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/**
 * The fields of Go's Quantity struct after ParseQuantity read a canonical text: an int64 with a power of ten, or a big decimal of
 * billionths; `kept` tells whether the text stays with it. Only hashes over Go's memory need this.
 */
export function goQuantity(text: string): { readonly value: bigint; readonly scale: number; readonly isBig: boolean; readonly kept: boolean; readonly format: QuantityFormat } {
  const { nano, format } = quantity(text);
  const parts = readParts(text);
  if (text === '0' || 'error' in parts) return { value: 0n, scale: 0, isBig: false, kept: true, format: 'DecimalSI' };
  const digits = `${parts.numerator}${parts.fraction}`;
  const binary = parts.format === 'BinarySI';
  const scale = (binary ? 0 : parts.exponent) - parts.fraction.length;
  const precision = binary ? (parts.fraction === '' ? 14 - parts.numerator.length - Math.floor((parts.exponent * 3) / 10) : -1) : 18 - digits.length;
  if (precision < 0 || scale < -9) return { value: nano, scale: 9, isBig: true, kept: false, format };
  const value = BigInt(digits) << BigInt(binary ? parts.exponent : 0);
  return { value: parts.negative ? -value : value, scale, isBig: false, kept: keepsItsText(parts), format: parts.format };
}

/** An amount that was validated when it entered the API; throws a RangeError for any other text. */
export function quantity(text: string): Quantity {
  const read = readQuantity(text);
  if ('error' in read) throw new RangeError(`${JSON.stringify(text)}: ${read.error}`);
  return read;
}

/** The quantity of an exact number of billionths. */
export function quantityOf(nano: bigint, format: QuantityFormat): Quantity {
  return { nano, format, text: canonicalText(nano, format), value: roundedNumber(nano, billion), milliValue: roundedNumber(nano, 1_000_000n) };
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

/** Kubernetes rounds away from zero. */
const roundedNumber = (nano: bigint, by: bigint): number => (nano < 0n ? -Number(ceilDivide(-nano, by)) : Number(ceilDivide(nano, by)));

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
  while (amount % 1000n === 0n) {
    amount /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${sign}${amount}` : `${sign}${amount}e${exponent}`;
  return `${sign}${amount}${decimalSuffixes.get(exponent) ?? ''}`;
}
