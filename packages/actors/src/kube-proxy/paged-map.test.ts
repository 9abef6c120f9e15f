import { Random } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { editDirectory, sealDirectory } from './page-directory.js';
import { emptyMap, findInMap, putInMap, removeFromMap, valuesOfMap } from './paged-map.js';

describe('the paged map', () => {
  it('agrees with a map through random changes, and no version changes another', () => {
    const random = Random.named(3, 'paged map');
    const model = new Map<string, number>();
    let map = emptyMap<number>();
    let versions: { map: typeof map; entries: Map<string, number> }[] = [];
    for (let round = 0; round < 100; round++) {
      const edit = editDirectory(map);
      for (let i = random.below(60); i >= 0; i--) {
        const key = `key-${random.below(1500)}`;
        if (random.below(3) === 0) {
          removeFromMap(edit, key);
          model.delete(key);
        } else {
          putInMap(edit, key, round * 100 + i);
          model.set(key, round * 100 + i);
        }
      }
      map = sealDirectory(edit);
      versions = [...versions.slice(-5), { map, entries: new Map(model) }];
    }
    for (const version of versions) {
      expect(version.map.size).toBe(version.entries.size);
      expect([...valuesOfMap(version.map)].sort()).toEqual([...version.entries.values()].sort());
      for (let i = 0; i < 1500; i++) expect(findInMap(version.map, `key-${i}`)).toBe(version.entries.get(`key-${i}`));
    }
  });
});
