import { later, milliseconds, seconds, type Instant } from '@naumachia/core';
import { runCommand, type CommandContext } from './commands.js';
import { compileScript, type Script, type SimpleCommand, type Word } from './shell-script.js';

/**
 * A process of an emulated container as plain data. A server waits for ever; a shell stands at a step of its script.
 * Output goes where the caller's `CommandContext` puts it.
 */
export interface Process {
  /** The script, by its text: compiled scripts are shared and are not part of any state. `undefined`: waits for ever. */
  readonly script: string | undefined;
  step: number;
  /** `$?` */
  status: number;
  /** When it does something again, or ended; `undefined`: when it is stopped. */
  wakesAt: Instant | undefined;
  exited: boolean;
  variables: Record<string, string> | undefined;
  loops: { readonly words: readonly string[]; at: number }[] | undefined;
}

export type StartOutcome = { readonly process: Process } | { readonly error: string };

/** Repositories whose images run what they are told, and nothing else. */
const SHELL_IMAGES = new Set(['busybox', 'alpine', 'ubuntu', 'debian', 'bash', 'perl', 'python']);
const SHELLS = new Set(['sh', 'bash', 'ash']);

/** How a process that only waits begins. */
const waiting = (): Process => ({ script: undefined, step: 0, status: 0, wakesAt: undefined, exited: false, variables: undefined, loops: undefined });

/**
 * Starts what a container's image, command and arguments say. Servers and unknown images without a command of their own wait
 * for ever. An executable that does not exist is an error, as runc words it.
 */
export const startProcess = (program: string, command: readonly string[], args: readonly string[], now: Instant, hasInput = false): StartOutcome => {
  if (command.length === 0 && !SHELL_IMAGES.has(program) && program !== 'hello-world') return { process: waiting() };
  const argv = command.length > 0 ? [...command, ...args] : args.length > 0 ? args : [program === 'hello-world' ? program : 'sh'];
  const [executable = ''] = argv;
  if (!isKnownCommand(executable)) {
    const why = executable.startsWith('/') ? `stat ${executable}: no such file or directory` : 'executable file not found in $PATH';
    return { error: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${executable}": ${why}` };
  }
  return { process: { ...waiting(), script: scriptOf(argv, hasInput), wakesAt: now } };
};

/** A process 1 handles SIGTERM if it is a server, or a script with a `trap`; a shell or `sleep` as process 1 ignores it. */
export const handlesSigterm = (process: Process): boolean => process.script === undefined || process.script.includes('trap');

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const KNOWN = new Set(
  'sh bash ash echo printf sleep true false exit cat ls pwd hostname env printenv whoami id date touch rm mkdir test [ tar trap perl tail head grep wc uname ps oom : hello-world wget curl kill nslookup read eval'.split(' '),
);
export const isKnownCommand = (executable: string): boolean => KNOWN.has(basename(executable)) && !executable.includes('no-such');

/** What runc, containerd and the recorded runtime say of a command in a running container that does not exist; who called them says it first. */
export const execNotFound = (executable: string): string =>
  `failed to exec in container: failed to start exec "<exec-id>": OCI runtime exec failed: exec failed: unable to start container process: exec: "${executable}": executable file not found in $PATH`;

/** What a shell does that reads its script. */
const READ_AND_RUN = 'while read LINE; do eval "$LINE"; done';

/** The script that an argument vector amounts to. A shell without a script reads one; without input it ends. */
const scriptOf = (argv: readonly string[], hasInput: boolean): string => {
  const [executable = ''] = argv;
  if (!SHELLS.has(basename(executable))) return argv.map(quote).join(' ');
  for (let at = 1; at < argv.length; at++) {
    const flag = argv[at];
    if (flag === '-c' || flag === '-ec' || flag === '-xc') return argv[at + 1] ?? '';
  }
  return hasInput ? READ_AND_RUN : ':';
};

const quote = (word: string): string => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

/** A loop that never sleeps gets a pause after so many steps, so that it cannot hold its thread. */
const MOST_STEPS_AT_ONCE = 500;

/** Runs a process up to `now`: until it sleeps, exits or waits for ever. */
export const runProcess = (process: Process, context: CommandContext, now: Instant): void => {
  if (process.script === undefined || process.exited) return;
  const script = compileScript(process.script);
  let steps = 0;
  while (!process.exited && process.wakesAt !== undefined && process.wakesAt <= now) {
    if (process.step >= script.length) {
      process.exited = true;
    } else if (++steps > MOST_STEPS_AT_ONCE) {
      process.wakesAt = later(now, milliseconds(100));
    } else runStep(process, script, context);
  }
};

const runStep = (process: Process, script: Script, context: CommandContext): void => {
  const step = script[process.step];
  if (step === undefined) return;
  process.step++;
  switch (step.op) {
    case 'run': {
      if (step.command.next === undefined) runOne(process, step.command, context);
      else runPipe(process, step.command, context);
      return;
    }
    case 'jump':
      process.step = step.to;
      // As in the recorded runtime, a turn of `while` takes at least a millisecond.
      if (step.back && process.wakesAt !== undefined) process.wakesAt = later(process.wakesAt, milliseconds(1));
      return;
    case 'jump-if':
      if ((process.status === 0) === step.ok) process.step = step.to;
      return;
    case 'each':
      (process.loops ??= [])[step.slot] = { words: expandAll(process, step.words, context), at: 0 };
      return;
    case 'next': {
      const loop = process.loops?.[step.slot];
      const word = loop?.words[loop.at];
      if (loop === undefined || word === undefined) process.step = step.end;
      else {
        loop.at++;
        (process.variables ??= {})[step.variable] = word;
      }
      return;
    }
    case 'status':
      process.status = step.code;
      return;
    case 'refuse':
      context.print(`sh: the emulated shell does not know ${step.what}\n`, 'stderr');
      process.status = 2;
      process.exited = true;
      return;
  }
};

const runOne = (process: Process, command: SimpleCommand, context: CommandContext): void => {
  const words = expandAll(process, command.words, context);
  const assigned = assignments(words);
  const variables = Object.fromEntries(assigned);
  if (assigned.length > 0 && assigned.length === words.length) {
    Object.assign((process.variables ??= {}), variables);
    process.status = 0;
    return;
  }
  let around = assigned.length === 0 ? context : withVariables(context, variables);
  if (command.input !== undefined) {
    const path = expand(process, command.input, context);
    const text = path === '/dev/null' ? '' : context.readFile(path);
    if (text === undefined) {
      context.print(`sh: can't open ${path}: no such file\n`, 'stderr');
      process.status = 1;
      return;
    }
    around = withInput(around, text);
  }
  runSimple(process, words.slice(assigned.length), command.redirect && { to: expand(process, command.redirect.to, context), append: command.redirect.append }, command.toStderr, around);
};

/** One command after another, each in a shell of its own that reads what the former printed: none may sleep or wait. */
const runPipe = (process: Process, first: SimpleCommand, context: CommandContext): void => {
  let printed: string | undefined;
  for (let command: SimpleCommand | undefined = first; command !== undefined; command = command.next) {
    let output = '';
    const around = printed === undefined ? context : withInput(context, printed);
    const piped: CommandContext = command.next === undefined ? around : { ...around, print: (text, stream) => (stream === 'stdout' ? (output += text) : context.print(text, stream)) };
    const inner: Process = { ...waiting(), script: '', step: 1, wakesAt: process.wakesAt, variables: { ...process.variables } };
    runOne(inner, command, piped);
    if (inner.wakesAt !== process.wakesAt) {
      context.print('sh: commands that wait are not emulated in a pipe\n', 'stderr');
      process.status = 2;
      return;
    }
    process.status = inner.status;
    printed = output;
  }
};

const withInput = (context: CommandContext, text: string): CommandContext => {
  let rest = text;
  const take = (length: number): string => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };
  return {
    ...context,
    readInput: () => take(rest.length),
    readLine: () => (rest === '' ? undefined : take(rest.includes('\n') ? rest.indexOf('\n') + 1 : rest.length).replace(/\n$/, '')),
    hasMoreInput: () => false,
  };
};

/** `NAME=value` before a command, which holds for it alone; or for the shell where there is none. */
const assignments = (words: readonly string[]): readonly (readonly [string, string])[] => {
  const found: [string, string][] = [];
  for (const word of words) {
    const assigned = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (assigned === null) break;
    found.push([assigned[1] ?? '', assigned[2] ?? '']);
  }
  return found;
};

const withVariables = (context: CommandContext, variables: Readonly<Record<string, string>>): CommandContext => ({
  ...context,
  environment: (name) => variables[name] ?? context.environment(name),
  environmentNames: () => [...new Set([...context.environmentNames(), ...Object.keys(variables)])],
});

const runSimple = (process: Process, words: readonly string[], redirect: { to: string; append: boolean } | undefined, toStderr: boolean, context: CommandContext): void => {
  const argv = words[0] === 'exec' ? words.slice(1) : words;
  let output = '';
  const outcome = runCommand(argv, redirect ? { ...context, print: (text, stream) => (stream === 'stdout' ? (output += text) : context.print(text, stream)) } : toStderr ? { ...context, print: (text) => context.print(text, 'stderr') } : context);
  if (redirect && !context.writeFile(redirect.to, output, redirect.append)) {
    context.print(`sh: can't create ${redirect.to}: Read-only file system\n`, 'stderr');
    process.status = 1;
    return;
  }
  switch (outcome.type) {
    case 'done':
      process.status = outcome.code;
      return;
    case 'exit':
      process.status = outcome.code;
      process.exited = true;
      return;
    case 'sleep':
      process.status = 0;
      process.wakesAt = outcome.seconds === Infinity || process.wakesAt === undefined ? undefined : later(process.wakesAt, seconds(outcome.seconds));
      return;
    case 'script':
      process.status = runInside(process, outcome.script, { ...process.variables }, context).status;
      return;
    case 'eval': {
      const inner = runInside(process, outcome.script, (process.variables ??= {}), context);
      process.status = inner.status;
      process.exited = inner.exited;
      return;
    }
    case 'read':
      (process.variables ??= {})[outcome.variable] = outcome.value;
      process.status = 0;
      return;
    case 'waits':
      process.step -= 1;
      process.wakesAt = undefined;
      return;
  }
};

/** A script inside of a script runs at once: it may not sleep, wait for input or go on for ever. */
const runInside = (process: Process, text: string, variables: Record<string, string>, context: CommandContext): Process => {
  const inner: Process = { ...waiting(), script: text, wakesAt: process.wakesAt, variables };
  const script = compileScript(text);
  const atOnce: CommandContext = { ...context, hasMoreInput: () => false };
  for (let steps = 0; !inner.exited && inner.step < script.length && steps < MOST_STEPS_AT_ONCE; steps++) runStep(inner, script, atOnce);
  return inner;
};

const expandAll = (process: Process, words: readonly Word[], context: CommandContext): string[] => words.map((word) => expand(process, word, context));

const expand = (process: Process, word: Word, context: CommandContext): string => {
  let text = '';
  for (const part of word) {
    if (typeof part === 'string') text += part;
    else if ('variable' in part) text += part.variable === '?' ? String(process.status) : (process.variables?.[part.variable] ?? context.environment(part.variable) ?? '');
    else text += substitute(process, part.script, context);
  }
  return text;
};

/** `$(...)`: what the script prints, without the last newlines. It runs at once; it may not sleep. */
const substitute = (process: Process, script: Script, context: CommandContext): string => {
  let output = '';
  const inner: Process = { ...waiting(), script: '', wakesAt: process.wakesAt, variables: { ...process.variables } };
  const quiet: CommandContext = { ...context, hasMoreInput: () => false, print: (text, stream) => (stream === 'stdout' ? (output += text) : context.print(text, stream)) };
  for (let steps = 0; !inner.exited && inner.step < script.length && steps < MOST_STEPS_AT_ONCE; steps++) runStep(inner, script, quiet);
  return output.replace(/\n+$/, '');
};
