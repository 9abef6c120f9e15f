import { expect, test } from 'vitest';
import { parseGoDuration, readGoDuration } from './go-duration.js';

test.each([
  ['0', 0],
  ['+0', 0],
  ['1h30m', 5_400_000_000_000],
  ['-1.5s', -1_500_000_000],
  ['.5s', 500_000_000],
  ['3µs', 3000],
  ['1.s', 1_000_000_000],
])('%s is read', (text, nanos) => expect(readGoDuration(text)).toEqual({ nanos }));

// Recorded of kube-apiserver 1.36.3 (errors/deadlines).
test.each([
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['.s', 'time: invalid duration ".s"'],
  ['1', 'time: missing unit in duration "1"'],
  ['1s1', 'time: missing unit in duration "1s1"'],
  ['1x', 'time: unknown unit "x" in duration "1x"'],
  ['1é', String.raw`time: unknown unit "\xc3\xa9" in duration "1\xc3\xa9"`],
  ['"', String.raw`time: invalid duration "\""`],
  ['9999999999999h', 'time: invalid duration "9999999999999h"'],
  ['99999999999999999999', 'time: invalid duration "99999999999999999999"'],
  ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
])('%s is refused in the words of Go', (text, error) => {
  expect(readGoDuration(text)).toEqual({ error });
  expect(parseGoDuration(text)).toBeUndefined();
});
