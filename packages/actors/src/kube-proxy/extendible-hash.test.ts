import { Random } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { emptyHash, type ExtendibleHash, findInHash, NO_RUN, pickFromRun, putInHash, removeFromHash } from './extendible-hash.js';
import { editDirectory, sealDirectory } from './page-directory.js';

const put = (hash: ExtendibleHash<string>, first: number, second: number, value: string, words: readonly number[] = []): ExtendibleHash<string> => {
  const edit = editDirectory(hash);
  putInHash(edit, first, second, value, { words, note: 8080 });
  return sealDirectory(edit);
};

describe('the extendible hash', () => {
  it('agrees with a map through thousands of random changes in edits of random size', () => {
    const random = Random.named(7, 'extendible hash');
    const model = new Map<string, { value: string; words: number[] }>();
    let hash = emptyHash<string>();
    for (let round = 0; round < 120; round++) {
      const edit = editDirectory(hash);
      for (let i = random.below(200); i >= 0; i--) {
        const first = random.below(60) << 24;
        const second = 1 + random.below(60);
        if (random.below(5) < 2) {
          removeFromHash(edit, first, second);
          model.delete(`${first} ${second}`);
        } else {
          const words = Array.from({ length: random.below(20) }, () => random.uint32() | 0);
          putInHash(edit, first, second, `${round}.${i}`, { words, note: second });
          model.set(`${first} ${second}`, { value: `${round}.${i}`, words });
        }
      }
      hash = sealDirectory(edit);
      expect(hash.size).toBe(model.size);
      if (round % 10 > 0) continue;
      for (let f = 0; f < 60; f++) {
        for (let second = 1; second <= 60; second++) {
          const expected = model.get(`${f << 24} ${second}`);
          expect(findInHash(hash, f << 24, second)).toBe(expected?.value);
          const picked = pickFromRun(hash, f << 24, second, random);
          if (!expected || expected.words.length === 0) expect(picked).toBe(-1);
          else {
            expect(expected.words).toContain(Math.floor(picked / 65536) | 0);
            expect(picked % 65536).toBe(second);
          }
        }
      }
    }
    expect(hash.pages.length).toBeGreaterThan(4);
  });

  it('picks every word of a run about equally often', () => {
    const hash = put(emptyHash(), 1, 2, 'x', [11, 22, 33, 44]);
    const random = Random.named(1, 'picks');
    const seen = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      const word = Math.floor(pickFromRun(hash, 1, 2, random) / 65536);
      seen.set(word, (seen.get(word) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([11, 22, 33, 44]);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('leaves former versions as they were and shares the pages that an edit does not touch', () => {
    const edit = editDirectory(emptyHash<string>());
    for (let i = 1; i <= 5000; i++) putInHash(edit, i, 80, `v${i}`, NO_RUN);
    const before = sealDirectory(edit);
    const after = put(before, 4000, 80, 'changed');
    expect(findInHash(before, 4000, 80)).toBe('v4000');
    expect(findInHash(after, 4000, 80)).toBe('changed');
    expect(after.pages.filter((page, at) => page !== before.pages[at])).toHaveLength(1);
  });

  it('does not grow when one run is written again and again', () => {
    let hash = emptyHash<string>();
    for (let i = 1; i <= 50; i++) hash = put(hash, i, 80, 'x', [1, 2, 3]);
    for (let i = 0; i < 2000; i++) hash = put(hash, 7, 80, 'x', Array.from({ length: 1 + (i % 40) }, (_, word) => word));
    for (const page of hash.pages) expect(page.words.length).toBeLessThan(1024 + 1024);
  });
});
