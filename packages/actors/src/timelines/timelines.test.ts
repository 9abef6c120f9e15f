import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compareScenario, readScenario } from './index.js';

const FOLDER = new URL('../../../../test/golden/timelines/', import.meta.url);
const NAMES = readdirSync(FOLDER).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
/** Recorded runs that no schedule leads to yet. */
const NOT_YET = ['deploy-rolling-interrupted'];

describe('every component writes what the recorded ones wrote', () => {
  test.each(NAMES.filter((name) => !NOT_YET.includes(name)))('%s', { timeout: 600_000 }, (name) => {
    expect(compareScenario(readScenario(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')))).toBeUndefined();
  });
});
