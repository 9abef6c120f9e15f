/** The words of a kubectl command, taken apart. */
export interface CommandLine {
  /** `rollout undo`, `create configmap`, `get`. */
  readonly verb: string;
  readonly words: readonly string[];
  /** By long name; a flag that is given more than once has all its values. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** Verbs with a word of their own behind them. */
const GROUPS: Readonly<Record<string, RegExp>> = { create: /^(?!-)/, rollout: /./, set: /./, top: /./, config: /./, auth: /./ };

/** Flags by one letter, as the verbs that are here have them. */
const SHORT: Readonly<Record<string, string>> = { f: 'filename', o: 'output', l: 'selector', p: 'patch', n: 'namespace', A: 'all-namespaces', c: 'container' };

/** Flags that take the next word where no `=` gives their value; all others are switches. */
const VALUED = new Set([
  'filename', 'output', 'selector', 'patch', 'namespace', 'container', 'type', 'replicas', 'image', 'port', 'target-port', 'name', 'for', 'timeout', 'from-literal', 'field-selector', 'to-revision', 'revision', 'tcp',
  'subresource', 'labels', 'grace-period', 'current-replicas', 'env', 'restart', 'raw', 'as', 'field-manager', 'cpu', 'min', 'max', 'hard', 'min-available', 'max-unavailable',
]);

/** Takes the words after `kubectl` apart. */
export const readCommandLine = (all: readonly string[]): CommandLine => {
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  const give = (name: string, value: string): void => void flags.set(name, [...(flags.get(name) ?? []), value]);
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? '';
    const long = /^--([\w-]+)(?:=(.*))?$/s.exec(word);
    const short = /^-([A-Za-z])(?:=?(.+))?$/s.exec(word);
    if (word === '--') {
      words.push(...all.slice(at));
      break;
    }
    if (long) {
      const [, name = '', value] = long;
      give(name, value ?? (VALUED.has(name) ? all[++at] ?? '' : 'true'));
    } else if (short) {
      const name = SHORT[short[1] ?? ''] ?? short[1] ?? '';
      give(name, short[2] ?? (VALUED.has(name) ? all[++at] ?? '' : 'true'));
    } else words.push(word);
  }
  const [first = '', second = ''] = words;
  const grouped = second !== '' && GROUPS[first]?.test(second) === true;
  return { verb: grouped ? `${first} ${second}` : first, words: words.slice(grouped ? 2 : 1), flags };
};

export const flag = (line: CommandLine, name: string): string | undefined => line.flags.get(name)?.at(-1);
export const isSet = (line: CommandLine, name: string): boolean => (flag(line, name) ?? 'false') !== 'false';
