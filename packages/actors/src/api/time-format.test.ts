import { instantOf } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseTime, timeError } from './time-format.js';

describe('a time', () => {
  const instant = instantOf(Date.UTC(2026, 10, 21, 13, 42, 46, 12) + 0.345);

  test('has whole seconds, a MicroTime six digits', () => {
    expect(formatTime(instant)).toBe('2026-11-21T13:42:46Z');
    expect(formatMicroTime(instant)).toBe('2026-11-21T13:42:46.012345Z');
    expect(formatTime(instantOf(instant + 1000))).toBe('2026-11-21T13:42:47Z');
  });

  test('is read back, in any zone and with any fraction', () => {
    expect(parseTime('2026-11-21T13:42:46Z')).toBe(Date.UTC(2026, 10, 21, 13, 42, 46));
    expect(parseTime('2026-11-21T15:42:46.5+02:00')).toBe(Date.UTC(2026, 10, 21, 13, 42, 46, 500));
    expect(canonicalTime('2026-11-21T15:42:46.5+02:00')).toBe('2026-11-21T13:42:46Z');
    expect(canonicalTime('2024-02-29T00:00:00Z')).toBe('2024-02-29T00:00:00Z');
  });

  test('that no calendar has is refused', () => {
    expect(parseTime('2026-02-29T00:00:00Z')).toBeUndefined();
    expect(parseTime('2026-13-01T00:00:00Z')).toBeUndefined();
    expect(canonicalTime('0001-01-01T00:00:02.5Z')).toBe('0001-01-01T00:00:02Z');
    expect(canonicalTime('2026-11-21')).toBeUndefined();
    expect(canonicalTime('2026-11-21T24:00:00Z')).toBeUndefined();
  });

  test('in micro form needs exactly six digits', () => {
    expect(canonicalMicroTime('2026-11-21T13:42:46.012345Z')).toBe('2026-11-21T13:42:46.012345Z');
    expect(canonicalMicroTime('2026-11-21T14:42:46.012345+01:00')).toBe('2026-11-21T13:42:46.012345Z');
    expect(canonicalMicroTime('2026-11-21T13:42:46Z')).toBeUndefined();
  });

  test('that is unreadable is refused in the words of the real server', () => {
    expect(timeError('yesterday', false)).toBe('parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"');
    expect(timeError('x', true)).toBe('parsing time "x" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "x" as "2006"');
  });
});
