import type { Random } from '@naumachia/core';

/** No vowels and nothing that looks like another (apimachinery util/rand): so that no word comes out. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const LENGTH = 5;
/** names.SimpleNameGenerator: a base is cut so that the whole has at most 63 characters. */
const MAX_BASE = 63 - LENGTH;

export const randomSuffix = (random: Random): string => {
  // 27^5 fits in one draw of 32 bits.
  let rest = random.uint32();
  let suffix = '';
  for (let i = 0; i < LENGTH; i++) {
    suffix += ALPHABET[rest % 27];
    rest = Math.floor(rest / 27);
  }
  return suffix;
};

export const generateName = (base: string, random: Random): string => (base.length > MAX_BASE ? base.slice(0, MAX_BASE) : base) + randomSuffix(random);
