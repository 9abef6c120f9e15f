/** A point of data as scheduler_perf writes it and perf-dash reads it (util.go `DataItem`, Kubernetes 1.36). */
export interface DataItem {
  /** By bucket: `Average`, `Perc50`, ... */
  readonly data: Readonly<Record<string, number>>;
  readonly unit: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What perf-dash expects of a file. */
export interface DataItems {
  readonly version: 'v1';
  readonly dataItems: readonly DataItem[];
}

const SHARES = [['Perc50', 50], ['Perc90', 90], ['Perc95', 95], ['Perc99', 99]] as const;

/** Buckets of single samples: of the sorted ones that at the share, rounded up. */
export const bucketsOfSamples = (samples: readonly number[]): Record<string, number> => {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    Average: sorted.reduce((sum, sample) => sum + sample, 0) / sorted.length,
    ...Object.fromEntries(SHARES.map(([name, share]) => [name, sorted[Math.ceil((sorted.length * share) / 100) - 1] ?? 0])),
  };
};

/** A file for perf-dash, which shows an item only if it has every label: those that it lacks are `not applicable`. */
export const dataItemsFile = (items: readonly DataItem[]): DataItems => {
  const names = new Set(items.flatMap(({ labels }) => Object.keys(labels)));
  return { version: 'v1', dataItems: items.map((item) => ({ ...item, labels: { ...Object.fromEntries([...names].map((name) => [name, 'not applicable'])), ...item.labels } })) };
};
