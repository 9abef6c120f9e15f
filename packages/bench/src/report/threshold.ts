import type { Figure, Unit } from './figures.js';
import { quantityText } from './quantity-text.js';

/** What a figure must keep to, as the user wrote it. */
export interface Threshold {
  readonly text: string;
  readonly figure: string;
  readonly operator: Operator;
  /** In the unit that was written; `undefined`: that of the figure. */
  readonly limit: number;
  readonly unit: string | undefined;
}

export type Verdict =
  | { readonly threshold: string; readonly verdict: 'kept' | 'crossed'; readonly value: number; readonly unit: Unit; readonly measured: string }
  /** The run did not get so far as to measure it, which is no better than having crossed it. */
  | { readonly threshold: string; readonly verdict: 'not measured' };

/** A threshold that cannot be understood; the message says what is expected. */
export class BadThreshold extends Error {
  override readonly name = 'BadThreshold';
}

const OPERATORS = { '<': (a: number, b: number) => a < b, '<=': (a: number, b: number) => a <= b, '>': (a: number, b: number) => a > b, '>=': (a: number, b: number) => a >= b, '==': (a: number, b: number) => a === b } as const;
type Operator = keyof typeof OPERATORS;

/** Units by what they measure, as multiples of the smallest. */
const SCALES: readonly Readonly<Record<string, number>>[] = [
  { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9, m: 60e9 },
  { B: 1, bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  { '/s': 1, 'pods/s': 1, 'per second': 1 },
];

/** The first words of figures' names: what a run can measure at all. */
const FAMILIES = new Set([
  'scheduling-throughput', 'scheduling-attempt', 'nodes', 'pods', 'objects', 'create-to-scheduled', 'scheduled-to-running', 'create-to-running', 'scheduling-cycle', 'watch-delay', 'network-programming', 'service-lookup', 'event-loop', 'memory',
  'threads', 'writes', 'api', 'messages', 'frames', 'bytes', 'cpu', 'actors',
]);
const FORM = "'p99(create-to-running) < 5s' or 'create-to-running.pods-per-second >= 3000'";
const EXPRESSION = /^\s*(?:(?<aggregate>[\w-]+)\((?<of>[^()]+)\)|(?<name>[\w./>-]+?))\s*(?<operator><=|>=|==|<|>)\s*(?<limit>\d+(?:\.\d+)?)\s*(?<unit>[A-Za-z/]+)?\s*$/;

/** Reads `p99(create-to-running) < 5s`, which is `create-to-running.p99 < 5s`. */
export const parseThreshold = (text: string): Threshold => {
  const { aggregate, of, name, operator, limit, unit } = EXPRESSION.exec(text)?.groups ?? {};
  if (operator === undefined || limit === undefined) throw new BadThreshold(`"${text}" is no threshold; expected something like ${FORM}`);
  if (unit !== undefined && !SCALES.some((scale) => unit in scale)) throw new BadThreshold(`"${text}": there is no unit "${unit}"; use one of ${SCALES.flatMap(Object.keys).join(', ')}`);
  const figure = of === undefined ? (name ?? '') : `${of.trim()}.${aggregate}`;
  const family = figure.split('.', 1)[0] ?? '';
  if (!FAMILIES.has(family)) throw new BadThreshold(`"${text}": no figure is called "${family}"; figures begin with one of ${[...FAMILIES].join(', ')}`);
  return { text: text.trim(), figure, operator: operator as Operator, limit: Number(limit), unit };
};

export const judge = (thresholds: readonly Threshold[], figures: readonly Figure[]): Verdict[] =>
  thresholds.map((threshold) => {
    const figure = figures.find(({ name }) => name === threshold.figure);
    if (!figure) return { threshold: threshold.text, verdict: 'not measured' };
    const kept = OPERATORS[threshold.operator](figure.value, threshold.limit * factor(threshold, figure));
    return { threshold: threshold.text, verdict: kept ? 'kept' : 'crossed', value: figure.value, unit: figure.unit, measured: quantityText(figure) };
  });

/** From the unit of the threshold to that of the figure. */
const factor = ({ unit, text }: Threshold, figure: Figure): number => {
  if (unit === undefined) return 1;
  const scale = SCALES.find((units) => unit in units && figure.unit in units);
  if (!scale) throw new BadThreshold(`"${text}": ${figure.name} is measured in ${figure.unit}, which cannot be compared with ${unit}`);
  return (scale[unit] as number) / (scale[figure.unit] as number);
};
