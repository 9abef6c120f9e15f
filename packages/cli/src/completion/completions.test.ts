import { describe, expect, it } from 'vitest';
import { program } from '../program.js';
import { completionsOf } from './completions.js';

const naumachia = program('1.0.0', () => undefined);
const at = (...words: string[]) => completionsOf(naumachia, words, { clusters: ['naumachia', 'shop'] });
const values = (...words: string[]) => at(...words).values.map(({ value }) => value);

describe('a shell is offered', () => {
  it('the commands, with what they do, and none that is hidden', () => {
    expect(values('')).toEqual(expect.arrayContaining(['up', 'down', 'get', 'kubeconfig', 'bench', 'simulate', 'completion', 'version', 'help']));
    expect(values('')).not.toContain('complete');
    expect(at('up').values).toEqual([{ value: 'up', about: expect.stringContaining('Start a cluster') as string }]);
    expect(values('get', '')).toContain('clusters');
  });

  it('the flags of the command, and none that is hidden', () => {
    expect(values('up', '--no')).toEqual(['--nodes', '--no-kubeconfig']);
    expect(values('up', '--detach')).toEqual(['--detach']);
    expect(values('bench', 'micro', '--c')).toEqual(['--compare']);
    expect(values('up', '--', '--no')).toEqual([]);
  });

  it('the values of a flag, in the one word or the next', () => {
    expect(values('up', '--mode', '')).toEqual(['packed', 'threads', 'simulated']);
    expect(values('up', '--mode', 'pa')).toEqual(['packed']);
    expect(values('up', '--mode=pa')).toEqual(['--mode=packed']);
    expect(values('get', 'clusters', '-o', 'j')).toEqual(['json']);
    expect(values('up', '--nodes', '')).toEqual([]);
  });

  it('the values of a flag where bash has taken its word apart, of which it replaces the last piece', () => {
    expect(values('up', '--mode', '=', 'pa')).toEqual(['packed']);
    expect(values('up', '--mode', '=')).toEqual(['packed', 'threads', 'simulated']);
    expect(values('up', '--mode', '=', 'packed', '--no')).toEqual(['--nodes', '--no-kubeconfig']);
  });

  it('running clusters where one is meant', () => {
    expect(values('down', '')).toEqual(['naumachia', 'shop']);
    expect(values('down', 'naumachia', 's')).toEqual(['shop']);
    expect(values('kubeconfig', 'sh')).toEqual(['shop']);
    expect(values('kubeconfig', 'shop', '')).toEqual([]);
    expect(values('clock', 'advance', '--cluster', 's')).toEqual(['shop']);
    // Nothing says that a new one is to have the name of another.
    expect(values('up', '--name', '')).toEqual([]);
  });

  it('the names of files where one is meant, and nowhere else', () => {
    for (const words of [['up', '--config', ''], ['bench', '-f', 'x'], ['bench', '--report', ''], ['simulate', '']]) expect(at(...words).files, words.join(' ')).toBe(true);
    for (const words of [[''], ['up', ''], ['up', '--mode', ''], ['down', ''], ['up', '--config', 'x', '--nodes', '']]) expect(at(...words).files, words.join(' ')).toBe(false);
  });

  it('the shells that can complete', () => expect(values('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell']));
});
