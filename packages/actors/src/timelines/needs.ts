import { missingOf } from './kubectl/verbs.js';
import type { Scenario } from './scenario.js';
import { PROGRAMS } from './shell/programs.js';
import { type CommandList, NotShell, parseShell, type Word } from './shell/syntax.js';

/**
 * What the commands of a scenario take that is not there yet, read off their text alone: `kubectl autoscale`, `kubectl get --sort-by`,
 * `command rm`, `shell redirection`. Empty if all of them can be carried out. Which kinds of objects are there is another question.
 */
export const missingCommands = ({ steps }: Pick<Scenario, 'steps'>): readonly string[] => {
  const missing = new Set<string>();
  for (const { command, wait, node } of steps) {
    for (const text of [command, wait]) {
      if (text === undefined) continue;
      try {
        inList(parseShell(text), missing);
      } catch (error) {
        if (!(error instanceof NotShell)) throw error;
        missing.add(error.message);
      }
    }
    if (node !== undefined && !/^(stop|start) \d+$/.test(node)) missing.add(`node ${node}`);
  }
  return [...missing];
};

const inList = (list: CommandList, missing: Set<string>): void => {
  for (const { pipeline } of list) {
    for (const command of pipeline.commands) {
      if (command.type === 'for') {
        for (const word of command.values) inWord(word, missing);
        inList(command.body, missing);
        continue;
      }
      for (const { value } of command.assignments) inWord(value, missing);
      for (const word of command.words) inWord(word, missing);
      const [name, ...words] = command.words.map(asFarAsKnown);
      if (name === 'kubectl') for (const feature of missingOf(words)) missing.add(feature);
      else if (name !== undefined && !(name in PROGRAMS)) missing.add(`command ${name}`);
    }
  }
};

const inWord = (word: Word, missing: Set<string>): void => {
  for (const part of word) if (part.type === 'output') inList(part.list, missing);
};

/** What only a run knows stands as `?`. */
const asFarAsKnown = (word: Word): string => word.map((part) => (part.type === 'text' ? part.text : '?')).join('');
