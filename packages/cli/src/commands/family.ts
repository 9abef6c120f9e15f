import { type Command, Option } from 'commander';
import { EXIT, UsageError } from '../exit-codes.js';
import { wholeNumber } from '../flag-values.js';

/** Adds a family of commands, such as `bench` and what is under it, to the program. */
export type CommandFamily = (program: Command, ended: Ended) => void;

/** Told the exit code of the command that ran. */
export type Ended = (exitCode: number) => void;

/** What only the command itself can tell to be wrong usage is answered as commander answers the rest. */
export const withUsage = async (command: Command, run: () => Promise<number>): Promise<number> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: EXIT.usage });
    throw error;
  }
};

/** What stands below the flags in the help of a command: `naumachia ` and each line, with what it does. */
export const examples = (...lines: readonly (readonly [command: string, about: string])[]): string => {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, about]) => `  naumachia ${command.padEnd(width + 3)} ${about}`.trimEnd()).join('\n')}`;
};

// Flags that several families have.
export const mode = (...more: `simulated: ${string}`[]): Option =>
  new Option('--mode <mode>', ['packed (the default): many components on few threads', 'threads: each component on a thread of its own', ...more].join('; '))
    .choices(['packed', 'threads', ...(more.length > 0 ? ['simulated'] : [])]);
export const hosts = (): Option => new Option('--hosts <number>', 'worker threads in packed mode (default: one per core)').argParser(wholeNumber(1, 256));
export const processes = (): Option =>
  new Option('--processes <number>', 'processes that the threads of nodes are spread over, in threads mode (default: as many as the limits of the machine ask for)').argParser(wholeNumber(1, 64));
export const output = (): Option => new Option('-o, --output <format>', 'what is printed at the end').choices(['table', 'json']).default('table');
