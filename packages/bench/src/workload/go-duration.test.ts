import { expect, test } from 'vitest';
import { goDuration } from './go-duration.js';

test.each([['0', 0], ['500ms', 500], ['1m30s', 90_000], ['1.5h', 5_400_000], ['250us', 0.25], ['3', undefined], ['-1s', undefined], ['1s?', undefined], ['', undefined]])('%s is %s ms', (text, milliseconds) => {
  expect(goDuration(text)).toBe(milliseconds);
});
