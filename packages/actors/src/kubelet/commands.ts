import type { Instant } from '@naumachia/core';
import type { LogLine } from './container-log.js';
import { readArchive, writeArchive } from './tar-archive.js';

/** What a command of an emulated container sees of its container. */
export interface CommandContext {
  readonly now: Instant;
  readonly hostname: string;
  readonly podIP: string;
  readonly workingDirectory: string;
  /** What process 1 was started with, for `ps`. */
  readonly commandLine: string;
  environment(name: string): string | undefined;
  environmentNames(): readonly string[];
  readFile(path: string): string | undefined;
  /** False: the file system is read-only there. */
  writeFile(path: string, text: string, append: boolean): boolean;
  removeFile(path: string): void;
  files(): readonly string[];
  /** Directories that are there without files. */
  mountPoints(): readonly string[];
  print(text: string, stream: LogLine['stream']): void;
  /** All of standard input; the first who reads it gets it. */
  readInput(): string;
  /** Its next line; `undefined`: there is none, or none yet. */
  readLine(): string | undefined;
  /** More of it may come. */
  hasMoreInput(): boolean;
}

export type CommandOutcome =
  | { readonly type: 'done'; readonly code: number }
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'sleep'; readonly seconds: number }
  | { readonly type: 'script'; readonly script: string }
  /** A script of the same shell. */
  | { readonly type: 'eval'; readonly script: string }
  /** Gives this variable a value. */
  | { readonly type: 'read'; readonly variable: string; readonly value: string }
  /** Will be run again once there is more input. */
  | { readonly type: 'waits' };

const DONE: CommandOutcome = { type: 'done', code: 0 };
const FAILED: CommandOutcome = { type: 'done', code: 1 };
const FOR_EVER: CommandOutcome = { type: 'sleep', seconds: Infinity };

/** Runs one command; its texts are those of busybox. */
export const runCommand = (argv: readonly string[], context: CommandContext): CommandOutcome => {
  const [executable = '', ...rest] = argv;
  if (executable === '') return DONE;
  const out = (line: string): CommandOutcome => {
    context.print(`${line}\n`, 'stdout');
    return DONE;
  };
  switch (executable.slice(executable.lastIndexOf('/') + 1)) {
    case 'sh':
    case 'bash':
    case 'ash': {
      const at = rest.findIndex((word) => /^-[ex]?c$/.test(word));
      return at < 0 ? DONE : { type: 'script', script: rest[at + 1] ?? '' };
    }
    case 'echo':
      if (rest[0] === '-n') {
        context.print(rest.slice(1).join(' '), 'stdout');
        return DONE;
      }
      return out(rest.join(' '));
    case 'printf':
      return printFormatted(rest, context);
    case 'sleep':
      return { type: 'sleep', seconds: secondsOf(rest[0]) };
    case 'tail':
      return rest.some((word) => /^-\w*[fF]$/.test(word)) ? FOR_EVER : someLines('tail', rest, context, (lines, count) => lines.slice(-count));
    case 'head':
      return someLines('head', rest, context, (lines, count) => lines.slice(0, count));
    case 'grep':
      return grep(rest, context);
    case 'wc':
      return countText(rest, context);
    case 'true':
    case ':':
    case 'trap':
    case 'kill':
    case 'mkdir':
      return DONE;
    case 'false':
      return FAILED;
    case 'exit':
      return { type: 'exit', code: (Number.parseInt(rest[0] ?? '0', 10) || 0) & 255 };
    case 'eval':
      return { type: 'eval', script: rest.join(' ') };
    case 'read': {
      const value = context.readLine();
      return value === undefined ? (context.hasMoreInput() ? { type: 'waits' } : FAILED) : { type: 'read', variable: rest[0] ?? 'REPLY', value };
    }
    case 'oom':
      return { type: 'exit', code: 137 };
    case 'cat':
      if (rest.length === 0 || rest[0] === '-') {
        context.print(context.readInput(), 'stdout');
        if (context.hasMoreInput()) return { type: 'waits' };
      }
      for (const path of rest) {
        if (path === '-') continue;
        const text = context.readFile(path);
        if (text === undefined) {
          context.print(`cat: can't open '${path}': No such file or directory\n`, 'stderr');
          return FAILED;
        }
        context.print(text, 'stdout');
      }
      return DONE;
    case 'ls':
      return listDirectory(rest.find((word) => !word.startsWith('-')) ?? '/', context);
    case 'pwd':
      return out(context.workingDirectory || '/');
    case 'hostname':
      return out(rest[0] === '-i' ? context.podIP : context.hostname);
    case 'env':
    case 'printenv':
      return environment(rest[0], context);
    case 'whoami':
      return out('root');
    case 'id':
      return out('uid=0(root) gid=0(root) groups=0(root)');
    case 'uname':
      return out('Linux');
    case 'ps':
      return out(`PID   USER     TIME  COMMAND\n    1 root      0:00 ${context.commandLine}`);
    case 'date':
      return out(date(context.now));
    case 'touch':
      for (const path of rest) {
        if (context.writeFile(path, '', true)) continue;
        context.print(`touch: ${path}: Read-only file system\n`, 'stderr');
        return FAILED;
      }
      return DONE;
    case 'rm':
      for (const path of rest) if (!path.startsWith('-')) context.removeFile(path);
      return DONE;
    case 'test':
    case '[':
      return test(rest.at(-1) === ']' ? rest.slice(0, -1) : rest, context) ? DONE : FAILED;
    case 'perl':
      out('3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679');
      return { type: 'sleep', seconds: 2 };
    case 'hello-world':
      return out('\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n');
    case 'tar':
      return tar(rest, context);
    case 'wget':
    case 'curl':
    case 'nslookup':
      context.print(`${executable}: no network in the simulated container\n`, 'stderr');
      return FAILED;
    default:
      context.print(`sh: ${executable}: not found\n`, 'stderr');
      return { type: 'done', code: 127 };
  }
};

/** The text of the files that a command names, or of its input; undefined once it has said which cannot be read. */
const textOf = (command: string, paths: readonly string[], context: CommandContext): string | undefined => {
  if (paths.length === 0) return context.readInput();
  let all = '';
  for (const path of paths) {
    const text = path === '-' ? context.readInput() : context.readFile(path);
    if (text === undefined) {
      context.print(`${command}: ${path}: No such file or directory\n`, 'stderr');
      return undefined;
    }
    all += text;
  }
  return all;
};

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** `head` and `tail`: `-n 3`, `-3`; ten lines if nothing is said. */
const someLines = (command: string, words: readonly string[], context: CommandContext, pick: (lines: readonly string[], count: number) => readonly string[]): CommandOutcome => {
  const at = words.indexOf('-n');
  const short = words.find((word) => /^-n?\d+$/.test(word));
  const count = Number.parseInt((at >= 0 ? words[at + 1] : short?.replace(/^-n?/, '')) ?? '10', 10) || 0;
  if (hasUnknownFlag(command, words, /^-(n?\d+|n)$/, context)) return FAILED;
  const text = textOf(command, words.filter((word, i) => !word.startsWith('-') && !(at >= 0 && i === at + 1)), context);
  if (text === undefined) return FAILED;
  for (const line of count === 0 ? [] : pick(linesOf(text), count)) context.print(`${line}\n`, 'stdout');
  return DONE;
};

/** What a command would do otherwise with a flag that is not known here, nobody shall take for its answer. */
const hasUnknownFlag = (command: string, words: readonly string[], known: RegExp, context: CommandContext): boolean => {
  const unknown = words.find((word) => word.startsWith('-') && word !== '-' && !known.test(word));
  if (unknown !== undefined) context.print(`${command}: the emulated command does not know ${unknown}\n`, 'stderr');
  return unknown !== undefined;
};

/** Repeated groups and references back may take for ever. */
const SLOW = /\)[*+?{]|\\[1-9]/;

/** With `-c`, `-i`, `-q`, `-v`, `-E`, `-F`; a pattern that cannot be read, or that may take too long, is an error. */
const grep = (words: readonly string[], context: CommandContext): CommandOutcome => {
  const flags = words.filter((word) => word.startsWith('-')).join('');
  const [pattern = '', ...paths] = words.filter((word) => !word.startsWith('-'));
  const isFixed = flags.includes('F');
  let sought: RegExp;
  if (hasUnknownFlag('grep', words, /^-[ciqvEF]+$/, context)) return { type: 'done', code: 2 };
  try {
    if (!isFixed && SLOW.test(pattern)) throw new SyntaxError();
    sought = new RegExp(isFixed ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern, flags.includes('i') ? 'i' : '');
  } catch {
    context.print(`grep: bad regex '${pattern}'\n`, 'stderr');
    return { type: 'done', code: 2 };
  }
  const text = textOf('grep', paths, context);
  if (text === undefined) return { type: 'done', code: 2 };
  const found = linesOf(text).filter((line) => sought.test(line) !== flags.includes('v'));
  if (flags.includes('c')) context.print(`${found.length}\n`, 'stdout');
  else if (!flags.includes('q')) for (const line of found) context.print(`${line}\n`, 'stdout');
  return found.length > 0 ? DONE : FAILED;
};

/** `wc` of one file or of the input: lines, words and bytes, or those that flags name. */
const countText = (words: readonly string[], context: CommandContext): CommandOutcome => {
  const flags = words.filter((word) => word.startsWith('-')).join('');
  const paths = words.filter((word) => !word.startsWith('-'));
  if (hasUnknownFlag('wc', words, /^-[lwc]+$/, context)) return FAILED;
  const text = textOf('wc', paths, context);
  if (text === undefined) return FAILED;
  const counts = { l: text.split('\n').length - 1, w: text.split(/\s+/).filter(Boolean).length, c: new TextEncoder().encode(text).length };
  const asked = (['l', 'w', 'c'] as const).filter((flag) => flags === '' || flags.includes(flag));
  const shown = asked.map((flag) => (asked.length === 1 ? String(counts[flag]) : String(counts[flag]).padStart(9))).join('');
  context.print(`${[shown, ...paths].join(' ')}\n`, 'stdout');
  return DONE;
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** `printf FORMAT WORD...` with `%s`, `%d` and `%%`; the format is used again while words are left. */
const printFormatted = ([format = '', ...words]: readonly string[], context: CommandContext): CommandOutcome => {
  const unknown = /%[^sd]/.exec(format.replaceAll('%%', ''));
  if (unknown !== null) {
    context.print(`printf: the emulated command does not know ${unknown[0]}\n`, 'stderr');
    return FAILED;
  }
  const text = format.replace(/\\([ntr\\])/g, (_, escape: string) => ESCAPES[escape] ?? '');
  let printed = '';
  do {
    const before = words.length;
    printed += text.replace(/%([sd%])/g, (_, kind: string) => (kind === '%' ? '%' : kind === 's' ? (words.shift() ?? '') : String(Number.parseInt(words.shift() ?? '0', 10) || 0)));
    if (words.length === before) break;
  } while (words.length > 0);
  context.print(printed, 'stdout');
  return DONE;
};

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const secondsOf = (span: string | undefined): number => {
  if (span === undefined || span.startsWith('inf')) return Infinity;
  return (Number.parseFloat(span) || 0) * (UNITS[span.slice(-1)] ?? 1);
};

const environment = (name: string | undefined, context: CommandContext): CommandOutcome => {
  if (name !== undefined) {
    const value = context.environment(name);
    if (value === undefined) return FAILED;
    context.print(`${value}\n`, 'stdout');
    return DONE;
  }
  const lines = context.environmentNames().map((known) => `${known}=${context.environment(known) ?? ''}`);
  context.print(`${lines.sort().join('\n')}\n`, 'stdout');
  return DONE;
};

const DIRECTORIES = new Set(['/', '/tmp', '/etc', '/root']);

const isDirectory = (path: string, context: CommandContext): boolean => {
  const clean = path.length > 1 ? path.replace(/\/$/, '') : path;
  return DIRECTORIES.has(clean) || context.mountPoints().some((place) => place === clean || place.startsWith(`${clean}/`)) || context.files().some((file) => file.startsWith(`${clean}/`));
};

const listDirectory = (path: string, context: CommandContext): CommandOutcome => {
  if (path === '/') {
    context.print('bin\ndev\netc\nhome\nproc\nroot\nsys\ntmp\nusr\nvar\n', 'stdout');
    return DONE;
  }
  const clean = path.replace(/\/$/, '');
  const names = new Set<string>();
  for (const file of context.files()) {
    if (file === clean) names.add(file);
    else if (file.startsWith(`${clean}/`)) names.add(file.slice(clean.length + 1).split('/', 1)[0] ?? '');
  }
  if (names.size === 0 && !isDirectory(clean, context)) {
    context.print(`ls: ${path}: No such file or directory\n`, 'stderr');
    return FAILED;
  }
  if (names.size > 0) context.print(`${[...names].sort().join('\n')}\n`, 'stdout');
  return DONE;
};

/** `tar cf - PATH` and `tar -xmf - -C DIRECTORY`, as `kubectl cp` uses it. */
const tar = (words: readonly string[], context: CommandContext): CommandOutcome => {
  const mode = words[0] ?? '';
  const into = words.indexOf('-C');
  const directory = (into < 0 ? context.workingDirectory : (words[into + 1] ?? '')).replace(/\/$/, '');
  if (mode.includes('x')) {
    for (const { path, text } of readArchive(new TextEncoder().encode(context.readInput()))) {
      const target = `${directory}/${path}`;
      if (context.writeFile(target, text, false)) continue;
      context.print(`tar: can't open '${path}': Read-only file system\n`, 'stderr');
      return FAILED;
    }
    return DONE;
  }
  const files: { path: string; text: string }[] = [];
  let missing = false;
  for (const asked of words.slice(1).filter((word, at, rest) => word !== '-' && word !== '-C' && rest[at - 1] !== '-C')) {
    const path = asked.length > 1 ? asked.replace(/\/$/, '') : asked;
    const absolute = path.startsWith('/') ? path : `${directory}/${path}`;
    const text = context.readFile(absolute);
    const below = text === undefined ? context.files().filter((file) => file.startsWith(`${absolute}/`)) : [];
    const member = (file: string): string => (path.startsWith('/') ? file : file.slice(directory.length)).replace(/^\/+/, '');
    if (text !== undefined) files.push({ path: member(absolute), text });
    for (const file of below) files.push({ path: member(file), text: context.readFile(file) ?? '' });
    if (text !== undefined || below.length > 0) continue;
    missing = true;
    context.print(`tar: ${member(absolute)}: No such file or directory\ntar: error exit delayed from previous errors\n`, 'stderr');
  }
  context.print(writeArchive(files), 'stdout');
  return missing ? FAILED : DONE;
};

const test = (words: readonly string[], context: CommandContext): boolean => {
  const [first = '', second, third] = words;
  if (first === '!') return !test(words.slice(1), context);
  switch (first) {
    case '-f':
      return context.readFile(second ?? '') !== undefined;
    case '-d':
      return isDirectory(second ?? '', context);
    case '-e':
      return context.readFile(second ?? '') !== undefined || isDirectory(second ?? '', context);
    case '-n':
      return (second ?? '') !== '';
    case '-z':
      return (second ?? '') === '';
  }
  switch (second) {
    case '=':
    case '==':
      return first === third;
    case '!=':
      return first !== third;
    case '-eq':
      return Number(first) === Number(third);
    case '-ne':
      return Number(first) !== Number(third);
    case '-lt':
      return Number(first) < Number(third);
    case '-le':
      return Number(first) <= Number(third);
    case '-gt':
      return Number(first) > Number(third);
    case '-ge':
      return Number(first) >= Number(third);
  }
  return first !== '';
};

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sat Nov 21 13:42:44 UTC 2026` */
const date = (now: Instant): string => {
  const at = new Date(now);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2, ' ')} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC ${at.getUTCFullYear()}`;
};
