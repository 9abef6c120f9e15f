import type { Figure, Unit } from './figures.js';

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];
const SECONDS = [[60_000, 'min'], [1000, 's'], [1, 'ms'], [0.001, 'us'], [0.000_001, 'ns']] as const;
const IN_MILLISECONDS: Partial<Record<Unit, number>> = { ns: 0.000_001, us: 0.001, ms: 1, s: 1000 };

/** A figure as people read it: `4.21 s`, `27.8 kB`, `3,120 pods/s`. */
export const quantityText = ({ value, unit }: Pick<Figure, 'value' | 'unit'>): string => {
  const scale = IN_MILLISECONDS[unit];
  if (scale !== undefined) return durationText(value * scale);
  if (unit === 'bytes') return bytesText(value);
  return unit === 'count' ? numberText(value) : `${numberText(value)} ${unit}`;
};

/** Three significant digits at least, and separators in large numbers. */
export const numberText = (value: number): string => {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2 });
};

export const durationText = (milliseconds: number): string => {
  if (milliseconds === 0) return '0 ms';
  const [size, name] = SECONDS.find(([size]) => Math.abs(milliseconds) >= size) ?? ([0.000_001, 'ns'] as const);
  return `${numberText(milliseconds / size)} ${name}`;
};

export const bytesText = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${numberText(bytes / 1000 ** power)} ${BYTES[power] ?? ''}`;
};
