import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Names of tests as they stand in a file; what `it.each` adds to a name in parentheses does not count. */
const NAMES = /(?:\bit(?:\.each\([^]*?\))?\(|\bname: )'((?:[^'\\]|\\.)+)'/g;
const namesIn = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(NAMES)].map(([, name = '']) => name.replace(/ \((?:[^()]*[%$][^()]*)\)$/, ''));

const testFiles = (folder: string): string[] =>
  readdirSync(at(folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules')).map((file) => at(`${folder}/${file}`));

describe('SEMANTICS.md', () => {
  const lines = readFileSync(at('../packages/core/SEMANTICS.md'), 'utf8').split('\n').filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
  const names = new Set([...testFiles('.'), ...testFiles('../packages/core/src')].filter((file) => file !== fileURLToPath(import.meta.url)).flatMap(namesIn));

  it('every line has a test of that name', () => {
    expect(lines.length).toBeGreaterThan(60);
    expect(lines.filter((line) => !names.has(line))).toEqual([]);
  });

  it('no line stands twice', () => {
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
  });
});
