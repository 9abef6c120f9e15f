/** intstr.IntOrString: a number, or a text that is a percentage or the name of a port. */
export type IntOrString = number | string;

/**
 * The number that `value` means where `total` is 100 %, as intstr.GetScaledValueFromIntOrPercent of apimachinery 0.36.
 * A text that is no percentage gives undefined.
 */
export function scaledValue(value: IntOrString, total: number, round: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  if (!/^[+-]?[0-9]+%$/.test(value)) return undefined;
  const scaled = (Number(value.slice(0, -1)) * total) / 100;
  return round === 'up' ? Math.ceil(scaled) : Math.floor(scaled);
}

/** Go's error for what `scaledValue` cannot read. */
export function scaledValueError(value: string): string {
  return `invalid value for IntOrString: invalid type: string is not a percentage (${JSON.stringify(value)})`;
}

/** True for a text like `25%`. */
export function isPercent(value: IntOrString): value is string {
  return typeof value === 'string' && /^[0-9]+%$/.test(value);
}
