import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareFigures, NoReport, readEarlierRuns } from './comparison.js';
import { writeReport } from './report-files.js';
import { sampleReport } from './testing/sample.js';

const REPORT = sampleReport();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-comparison-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('reading an earlier run', () => {
  it('gives the report that was written, named after its folder, or by the path where names meet', () => {
    for (const name of ['a/run', 'b/run', 'c']) writeReport(join(folder, name), REPORT);
    const [first, second, third] = readEarlierRuns(['a/run', 'b/run', 'c'].map((name) => join(folder, name)));
    expect([first?.name, second?.name, third?.name]).toEqual([join(folder, 'a/run'), join(folder, 'b/run'), 'c']);
    expect(first?.report).toEqual(REPORT);
  });

  it.each([
    ['that holds no report', undefined, /holds no report\.json; name a folder that "naumachia bench --report" has written/],
    ['whose report cannot be parsed', '{', /cannot read .*report\.json: /],
    ['whose report.json is something else', '{"name":"x"}', /it has no figures/],
    ['whose report has another format', '{"figures":[]}', /has format 1, and this version reads format 2/],
  ])('refuses a folder %s', (what, text, message) => {
    const path = join(folder, what.replaceAll(/\W+/g, '-'));
    mkdirSync(path);
    if (text !== undefined) writeFileSync(join(path, 'report.json'), text);
    expect(() => readEarlierRuns([path])).toThrow(NoReport);
    expect(() => readEarlierRuns([path])).toThrow(message);
  });
});

describe('a figure that is compared', () => {
  const changeOf = (unit: 'ms' | 'pods/s' | 'count', now: number, then: number): string | undefined => {
    const of = (value: number): typeof REPORT => ({ ...REPORT, figures: [{ name: 'x', value, unit }] });
    return compareFigures(of(now), [{ name: 'then', report: of(then) }])[0]?.earlier[0]?.change;
  };
  it.each([
    ['ms', 90, 100, 'better'], ['ms', 110, 100, 'worse'], ['ms', 104, 100, 'same'], ['pods/s', 110, 100, 'better'], ['pods/s', 90, 100, 'worse'], ['count', 200, 100, 'same'], ['ms', 5, 0, 'same'],
  ] as const)('in %s that is %d and was %d is %s', (unit, now, then, expected) => {
    expect(changeOf(unit, now, then)).toBe(expected);
  });

  it('that the earlier run did not measure, or in another unit, has no ratio', () => {
    const [figure, other] = compareFigures({ ...REPORT, figures: [{ name: 'new', value: 1, unit: 'ms' }, { name: 'x', value: 1, unit: 'ms' }] }, [{ name: 'then', report: { ...REPORT, figures: [{ name: 'x', value: 1, unit: 'bytes' }] } }]);
    expect([figure?.earlier, other?.earlier]).toEqual([[undefined], [undefined]]);
  });
});
