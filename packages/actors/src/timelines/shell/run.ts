import { type Program, PROGRAMS, type ProgramResult } from './programs.js';
import type { Command, CommandList, Word } from './syntax.js';

export interface ShellState {
  readonly variables: Map<string, string>;
  readonly files: Readonly<Record<string, string>>;
  /** Runs kubectl; the words after its name. */
  readonly kubectl: (words: readonly string[], input: string) => ProgramResult;
}

/** Runs a list of commands; what it printed, and the exit code of the last that ran. */
export const runList = (list: CommandList, state: ShellState, input = ''): ProgramResult => {
  let output = '';
  let error = '';
  let exit = 0;
  for (const { after, pipeline } of list) {
    if ((after === 'success' && exit !== 0) || (after === 'failure' && exit === 0)) continue;
    let piped = input;
    for (const command of pipeline.commands) {
      const result = runCommand(command, state, piped);
      piped = result.output;
      error += result.error;
      exit = result.exit;
    }
    output += piped;
    if (pipeline.negated) exit = exit === 0 ? 1 : 0;
  }
  return { exit, output, error };
};

const runCommand = (command: Command, state: ShellState, input: string): ProgramResult => {
  if (command.type === 'for') {
    let last: ProgramResult = { exit: 0, output: '', error: '' };
    for (const value of command.values.flatMap((word) => expand(word, state))) {
      state.variables.set(command.variable, value);
      const result = runList(command.body, state, input);
      last = { exit: result.exit, output: last.output + result.output, error: last.error + result.error };
    }
    return last;
  }
  for (const { name, value } of command.assignments) state.variables.set(name, expand(value, state).join(' '));
  const [name, ...words] = command.words.flatMap((word) => expand(word, state));
  if (name === undefined) return { exit: 0, output: '', error: '' };
  if (name === 'kubectl') return state.kubectl(words, input);
  const program: Program | undefined = PROGRAMS[name];
  if (program === undefined) return { exit: 127, output: '', error: `${name}: command not found\n` };
  return program(words, input, state.files);
};

const expand = (word: Word, state: ShellState): readonly string[] => {
  // Words that unquoted expansions make; the last one grows.
  let words: string[] | undefined;
  const grow = (text: string): void => {
    if (words === undefined) words = [text];
    else words[words.length - 1] = `${words.at(-1) ?? ''}${text}`;
  };
  for (const part of word) {
    if (part.type === 'text') {
      grow(part.text);
      continue;
    }
    const text = part.type === 'variable' ? state.variables.get(part.name) ?? '' : runList(part.list, state).output.replace(/\n+$/, '');
    if (part.quoted) grow(text);
    else {
      const [first, ...more] = text.split(/\s+/).filter((piece) => piece !== '');
      if (first !== undefined) grow(first);
      for (const piece of more) words = [...(words ?? []), piece];
    }
  }
  return words ?? [];
};
