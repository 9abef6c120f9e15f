import type { Observer } from '@naumachia/core';
import { expect, it } from 'vitest';
import { together } from './observers.js';

it('both observers see what both want to see, the first one first, and each alone what it alone wants', () => {
  const seen: string[] = [];
  const note = (who: string) => (...args: readonly unknown[]): void => void seen.push(`${who} ${args.filter((arg) => arg !== undefined).join(' ')}`);
  const only = note('b stepped');
  const both = together({ dropped: note('a dropped'), failed: note('a failed') } as unknown as Observer, { dropped: note('b dropped'), stepped: only } as unknown as Observer);
  expect(Object.keys(both).toSorted()).toEqual(['dropped', 'failed', 'stepped']);
  expect(both.stepped).toBe(only);
  (both.dropped as (...args: readonly unknown[]) => void)(1, 2);
  (both.failed as (...args: readonly unknown[]) => void)(3);
  expect(seen).toEqual(['a dropped 1 2', 'b dropped 1 2', 'a failed 3']);
});
