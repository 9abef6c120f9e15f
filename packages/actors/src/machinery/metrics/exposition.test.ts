import { expect, it } from 'vitest';
import type { Duration } from '@naumachia/core';
import { countDuration, newDurationCounts } from './duration-counts.js';
import { exposition, valueText } from './exposition.js';
import { mergeFamilies } from './merge.js';
import { counter, exponentialBuckets, type Family, gauge, histogram } from './metric.js';

const requests = counter({ name: 'requests_total', help: 'Counter of "requests"\nby verb.', stability: 'STABLE', labels: ['verb', 'code'] });
const depth = gauge({ name: 'a_depth', help: 'Depth', stability: 'ALPHA' });
const took = histogram({ name: 'took_seconds', help: 'Seconds', stability: 'BETA', labels: ['name'], buckets: [0.005, 1] });

it('writes families in the order of their names, labels in the order of theirs, and histograms cumulatively', () => {
  const families: Family[] = [
    { metric: took, samples: [{ labels: ['x'], counts: [2, 0, 1], sum: 7.25 }] },
    { metric: requests, samples: [{ labels: ['LIST', '200'], value: 1_000_000 }, { labels: ['GET', 'a"b\\c\nd'], value: 3 }] },
    { metric: depth, samples: [{ labels: [], value: 0 }] },
    { metric: gauge({ name: 'nothing', help: 'Nobody counted', stability: 'ALPHA' }), samples: [] },
  ];
  expect(exposition(families)).toBe(`# HELP a_depth [ALPHA] Depth
# TYPE a_depth gauge
a_depth 0
# HELP requests_total [STABLE] Counter of "requests"\\nby verb.
# TYPE requests_total counter
requests_total{code="a\\"b\\\\c\\nd",verb="GET"} 3
requests_total{code="200",verb="LIST"} 1e+06
# HELP took_seconds [BETA] Seconds
# TYPE took_seconds histogram
took_seconds_bucket{name="x",le="0.005"} 2
took_seconds_bucket{name="x",le="1"} 2
took_seconds_bucket{name="x",le="+Inf"} 3
took_seconds_sum{name="x"} 7.25
took_seconds_count{name="x"} 3
`);
});

// What strconv.FormatFloat(x, 'g', -1, 64) of Go 1.26 answers.
it.each([
  [1, '1'], [1_000_000, '1e+06'], [1_234_567, '1.234567e+06'], [999_999, '999999'], [0.0001, '0.0001'], [0.00001, '1e-05'], [1e-8, '1e-08'], [9.999999999999999e-5, '9.999999999999999e-05'],
  [12_345_678.5, '1.23456785e+07'], [1e21, '1e+21'], [1_763_752_800.123, '1.763752800123e+09'], [-5, '-5'], [-2_500_000, '-2.5e+06'], [0, '0'], [Number.POSITIVE_INFINITY, '+Inf'], [Number.NaN, 'NaN'],
])('writes %d as Go does', (value, text) => {
  expect(valueText(value)).toBe(text);
});

it('adds up what several hosts counted, label by label', () => {
  const merged = mergeFamilies([
    { metric: requests, samples: [{ labels: ['GET', '200'], value: 1 }, { labels: ['GET', '404'], value: 5 }] },
    { metric: took, samples: [{ labels: ['x'], counts: new Uint32Array([1, 0, 2]), sum: 3 }] },
    { metric: requests, samples: [{ labels: ['GET', '200'], value: 2 }] },
    { metric: took, samples: [{ labels: ['x'], counts: [0, 4, 1], sum: 1 }, { labels: ['y'], counts: [1, 0, 0], sum: 0 }] },
  ]);
  expect(merged.map(({ samples }) => samples)).toEqual([
    [{ labels: ['GET', '200'], value: 3 }, { labels: ['GET', '404'], value: 5 }],
    [{ labels: ['x'], counts: [1, 4, 3], sum: 4 }, { labels: ['y'], counts: [1, 0, 0], sum: 0 }],
  ]);
});

it('a duration falls into the first bucket whose bound it does not exceed', () => {
  const bounds = exponentialBuckets(0.001, 2, 4);
  const durations = newDurationCounts(bounds);
  for (const milliseconds of [0, 1, 1.5, 8, 8.1, 1e6]) countDuration(durations, bounds, milliseconds as Duration);
  expect([...durations.counts]).toEqual([2, 1, 0, 1, 2]);
  expect(durations.sum).toBeCloseTo(1000.0186);
});
