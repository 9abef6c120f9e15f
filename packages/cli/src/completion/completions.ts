import type { Argument, Command, Option } from 'commander';

/** What may stand where a shell asks: values with what they mean, and whether names of files may too. */
export interface Completions {
  readonly values: readonly Completion[];
  readonly files: boolean;
}

export interface Completion {
  readonly value: string;
  readonly about: string;
}

/** What only the machine knows. */
export interface Known {
  /** Names of running clusters. */
  readonly clusters: readonly string[];
}

/** Placeholders of values that are files or folders: `--config <file>`. */
const FILES = new Set(['file', 'path', 'folder', 'module', 'scenario', 'manifest']);
/** Placeholders of values that are running clusters. */
const CLUSTERS = new Set(['cluster']);

/**
 * What the last of `words` can become, by the commands and flags of `program`. The words are those behind its name; bash gives `--mode=pa` as
 * three of them and replaces the last, other shells give one and replace all of it.
 */
export const completionsOf = (program: Command, words: readonly string[], known: Known): Completions => {
  const { whole, replaced } = joined(words);
  const current = whole.at(-1) ?? '';
  const at = reach(program, whole.slice(0, -1));
  const [flag = '', value] = current.startsWith('--') && current.includes('=') ? [current.slice(0, current.indexOf('=')), current.slice(current.indexOf('=') + 1)] : [];
  const option = at.pending ?? (value === undefined ? undefined : optionOf(at.command, flag));
  if (option) {
    const typed = value ?? current;
    const prefix = value === undefined || replaced ? '' : `${flag}=`;
    const found = valuesOf(placeholderOf(option), option.argChoices, known);
    return { files: found.files && prefix === '', values: fitting(found.values, typed).map((each) => ({ ...each, value: `${prefix}${each.value}` })) };
  }
  if (current.startsWith('-') && !at.onlyArguments) return { files: false, values: fitting(flagsOf(at.command), current) };
  const argument = argumentAt(at.command, at.arguments);
  const found = argument ? valuesOf(argument.name(), argument.argChoices, known) : { values: [], files: false };
  const commands = at.arguments === 0 && !at.onlyArguments ? commandsOf(at.command) : [];
  return { files: found.files, values: fitting([...commands, ...found.values], current) };
};

/** Where words lead: the command, how many arguments it has been given, and the flag whose value comes next. */
interface Reached {
  readonly command: Command;
  readonly arguments: number;
  readonly pending: Option | undefined;
  /** After `--`. */
  readonly onlyArguments: boolean;
}

const reach = (program: Command, words: readonly string[]): Reached => {
  let at: Reached = { command: program, arguments: 0, pending: undefined, onlyArguments: false };
  for (const word of words) {
    if (at.pending) at = { ...at, pending: undefined };
    else if (at.onlyArguments) at = { ...at, arguments: at.arguments + 1 };
    else if (word === '--') at = { ...at, onlyArguments: true };
    else if (word.startsWith('-') && word !== '-') at = { ...at, pending: word.includes('=') ? undefined : takingValue(optionOf(at.command, word)) };
    else {
      const command = at.arguments === 0 ? at.command.commands.find((each) => each.name() === word || each.aliases().includes(word)) : undefined;
      at = command ? { ...at, command } : { ...at, arguments: at.arguments + 1 };
    }
  }
  return at;
};

const optionOf = (command: Command, flag: string): Option | undefined => command.options.find(({ long, short }) => long === flag || short === flag);
const takingValue = (option: Option | undefined): Option | undefined => (option && (option.required || option.optional) ? option : undefined);
const argumentAt = ({ registeredArguments }: Command, at: number): Argument | undefined => registeredArguments[at] ?? (registeredArguments.at(-1)?.variadic === true ? registeredArguments.at(-1) : undefined);

/** `file` of `-f, --file <file...>`; who has a flag for a cluster calls it so. */
const placeholderOf = ({ flags, long }: Option): string => (long === '--cluster' ? 'cluster' : (/[<[](?<name>[\w-]+)/.exec(flags)?.groups?.['name'] ?? ''));

const valuesOf = (placeholder: string, choices: readonly string[] | undefined, known: Known): Completions => {
  if (choices) return { values: choices.map((value) => ({ value, about: '' })), files: false };
  return { values: CLUSTERS.has(placeholder) ? known.clusters.map((value) => ({ value, about: 'running cluster' })) : [], files: FILES.has(placeholder) };
};

const flagsOf = (command: Command): Completion[] => command.createHelp().visibleOptions(command).map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));

const commandsOf = (command: Command): Completion[] =>
  command.createHelp().visibleCommands(command).map((each) => ({ value: each.name(), about: each.description() }));

const fitting = (all: readonly Completion[], typed: string): Completion[] => all.filter(({ value }) => value.startsWith(typed));

/** Puts together again what bash has taken apart at `=`. */
const joined = (words: readonly string[]): { readonly whole: readonly string[]; readonly replaced: boolean } => {
  const whole: string[] = [];
  let replaced = false;
  for (const [index, word] of words.entries()) {
    const former = whole.at(-1) ?? '';
    if ((word === '=' && former.startsWith('--')) || (words[index - 1] === '=' && former.endsWith('='))) {
      whole[whole.length - 1] = `${former}${word}`;
      replaced = index === words.length - 1;
    } else whole.push(word);
  }
  return { whole, replaced };
};
