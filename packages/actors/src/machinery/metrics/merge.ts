import type { HostReport } from '@naumachia/core';
import type { Family, HistogramSample, NumberSample } from './metric.js';

/** Families of several hosts as one of each name: values with the same labels are added up. */
export const mergeFamilies = (families: readonly Family[]): Family[] => {
  const byName = new Map<string, Family[]>();
  for (const family of families) byName.set(family.metric.name, [...(byName.get(family.metric.name) ?? []), family]);
  return [...byName.values()].map(merged);
};

/** What a host with a reporter of metrics observes. */
export interface ObservedMetrics {
  readonly metrics: readonly Family[];
}

/** The metrics of a whole run, as its hosts have reported them; hosts with another reporter have none. */
export const metricsOf = (reports: readonly HostReport[]): Family[] => mergeFamilies(reports.flatMap(({ observed }) => (observed as Partial<ObservedMetrics> | undefined)?.metrics ?? []));

const merged = (parts: readonly Family[]): Family => {
  const [first] = parts;
  if (!first || parts.length === 1) return first as Family;
  const samples = new Map<string, NumberSample | HistogramSample>();
  for (const part of parts) {
    for (const sample of part.samples) {
      const key = sample.labels.join('\0');
      const sum = samples.get(key);
      samples.set(key, sum === undefined ? sample : added(sum, sample));
    }
  }
  return { metric: first.metric, samples: [...samples.values()] } as Family;
};

const added = (a: NumberSample | HistogramSample, b: NumberSample | HistogramSample): NumberSample | HistogramSample => {
  if ('value' in a) return { labels: a.labels, value: a.value + ('value' in b ? b.value : 0) };
  if ('value' in b) return a;
  return { labels: a.labels, counts: Array.from({ length: Math.max(a.counts.length, b.counts.length) }, (_, index) => (a.counts[index] ?? 0) + (b.counts[index] ?? 0)), sum: a.sum + b.sum };
};
