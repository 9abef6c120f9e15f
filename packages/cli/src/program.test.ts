import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { program } from './program.js';

/** Every command that help shows, by all of its words. */
const commands = (command: Command, words: readonly string[] = ['naumachia']): (readonly [string, Command])[] => [
  [words.join(' '), command],
  ...command.createHelp().visibleCommands(command).filter((under) => under.name() !== 'help').flatMap((under) => commands(under, [...words, under.name()])),
];
const all = commands(program('1.2.3', () => undefined));

it('has the commands that it is known for', () => {
  expect(all.map(([name]) => name)).toEqual(expect.arrayContaining(['up', 'down', 'get clusters', 'kubeconfig', 'bench', 'simulate', 'clock advance', 'completion', 'version'].map((name) => `naumachia ${name}`)));
});

it.each(all)('%s shows examples in its help, which it would take', (_name, command) => {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  const examples = help.slice(help.indexOf('Examples:\n')).split('\n').filter((line) => /^ {2}naumachia /.test(line));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) for (const flag of example.split(/ {3,}/)[0]?.match(/--[a-z-]+/g) ?? []) expect(all.some(([name, { options }]) => example.trim().startsWith(name) && options.some(({ long }) => long === flag)), `${flag} of ${example.trim()}`).toBe(true);
});

it.each(all)('%s describes itself in sentences', (_name, command) => {
  expect(command.description()).toMatch(/^[A-Z].*\.$/s);
});
