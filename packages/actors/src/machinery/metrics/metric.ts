/** A metric as a component declares it: name, type, labels and buckets are those of the real components, Kubernetes 1.36. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Of Kubernetes' own metrics; those of Prometheus' client libraries have none. */
  readonly stability?: 'ALPHA' | 'BETA' | 'STABLE';
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, ascending; the last one, without bound, goes without saying. */
  readonly buckets?: readonly number[];
}

/** One value of a counter or gauge. `labels`: the values, in the order of the metric's labels. */
export interface NumberSample {
  readonly labels: readonly string[];
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: readonly string[];
  /** How many fell into each bucket (not cumulative), one more than there are bounds. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** A metric with its values at one time. Plain data: hosts send it to one another. */
export type Family =
  | { readonly metric: Metric & { readonly type: 'counter' | 'gauge' }; readonly samples: readonly NumberSample[] }
  | { readonly metric: Metric & { readonly type: 'histogram' }; readonly samples: readonly HistogramSample[] };

export type NumberMetric = Extract<Family, { readonly samples: readonly NumberSample[] }>['metric'];
export type HistogramMetric = Extract<Family, { readonly samples: readonly HistogramSample[] }>['metric'] & { readonly buckets: readonly number[] };

interface Declared {
  readonly name: string;
  readonly help: string;
  readonly stability?: 'ALPHA' | 'BETA' | 'STABLE';
  readonly labels?: readonly string[];
}

export const counter = ({ labels = [], ...metric }: Declared): NumberMetric => ({ ...metric, labels, type: 'counter' });
export const gauge = ({ labels = [], ...metric }: Declared): NumberMetric => ({ ...metric, labels, type: 'gauge' });
export const histogram = ({ labels = [], ...metric }: Declared & { readonly buckets: readonly number[] }): HistogramMetric => ({ ...metric, labels, type: 'histogram' });

/** `ExponentialBuckets` of Prometheus' Go client: by the same multiplications, so that the bounds are the same to the last bit. */
export const exponentialBuckets = (start: number, factor: number, count: number): number[] => {
  const bounds: number[] = [];
  for (let bound = start; bounds.length < count; bound *= factor) bounds.push(bound);
  return bounds;
};

export const linearBuckets = (start: number, width: number, count: number): number[] => {
  const bounds: number[] = [];
  for (let bound = start; bounds.length < count; bound += width) bounds.push(bound);
  return bounds;
};
