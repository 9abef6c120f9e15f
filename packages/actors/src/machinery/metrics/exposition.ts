import type { Family, HistogramSample, Metric, NumberSample } from './metric.js';

/** The type of what `exposition` gives: Prometheus' text format. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Families as text, in order of their names, as the real components write it (prometheus/common expfmt). A family without samples is left out. */
export const exposition = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .toSorted((a, b) => (a.metric.name < b.metric.name ? -1 : 1))
    .map(familyText)
    .join('');

const familyText = (family: Family): string => {
  const { name, type, help, stability } = family.metric;
  const head = `# HELP ${name} ${stability === undefined ? '' : `[${stability}] `}${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  const body = isHistogram(family) ? inOrder(family.samples).map((sample) => histogramText(family.metric, sample)) : inOrder(family.samples).map((sample) => numberText(family.metric, sample));
  return head + body.join('');
};

const isHistogram = (family: Family): family is Extract<Family, { readonly samples: readonly HistogramSample[] }> => family.metric.type === 'histogram';

const inOrder = <S extends { readonly labels: readonly string[] }>(samples: readonly S[]): S[] => samples.toSorted((a, b) => (a.labels.join('\0') < b.labels.join('\0') ? -1 : 1));

const numberText = (metric: Metric, { labels, value }: NumberSample): string => `${metric.name}${labelText(metric, labels)} ${valueText(value)}\n`;

const histogramText = (metric: Metric, { labels, counts, sum }: HistogramSample): string => {
  const bounds = [...(metric.buckets ?? []), Number.POSITIVE_INFINITY];
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${metric.name}_bucket${labelText(metric, labels, bound)} ${valueText(below)}\n`;
  });
  return `${buckets.join('')}${metric.name}_sum${labelText(metric, labels)} ${valueText(sum)}\n${metric.name}_count${labelText(metric, labels)} ${valueText(below)}\n`;
};

const labelText = ({ labels: names }: Metric, values: readonly string[], bound?: number): string => {
  const pairs = names.map((name, index) => [name, values[index] ?? ''] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const texts = [...pairs, ...(bound === undefined ? [] : [['le', valueText(bound)] as const])].map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`);
  return texts.length === 0 ? '' : `{${texts.join(',')}}`;
};

/** A number as Go's `strconv.FormatFloat(x, 'g', -1, 64)` writes it. */
export const valueText = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (!Number.isFinite(value)) return 'NaN';
  if (value === 0) return '0';
  const { digits = '', exponent = '0' } = /^-?(?<digits>[\d.]+)e(?<exponent>[+-]\d+)$/.exec(value.toExponential())?.groups ?? {};
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${value < 0 ? '-' : ''}${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
};
