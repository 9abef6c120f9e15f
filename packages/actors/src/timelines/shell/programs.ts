export interface ProgramResult {
  readonly exit: number;
  readonly output: string;
  readonly error: string;
}

export type Program = (words: readonly string[], input: string, files: Readonly<Record<string, string>>) => ProgramResult;

const prints = (output: string): ProgramResult => ({ exit: 0, output, error: '' });
const says = (truth: boolean): ProgramResult => ({ exit: truth ? 0 : 1, output: '', error: '' });
const fails = (error: string): ProgramResult => ({ exit: 2, output: '', error: `${error}\n` });

const test: Program = (words) => {
  const [first = '', operator = '', second = ''] = words;
  if (words.length === 1) return says(first !== '');
  if (words.length === 2 && first === '-z') return says(operator === '');
  if (words.length === 2 && first === '-n') return says(operator !== '');
  const [a, b] = [Number(first), Number(second)];
  switch (operator) {
    case '=':
    case '==':
      return says(first === second);
    case '!=':
      return says(first !== second);
    case '-eq':
      return says(a === b);
    case '-ne':
      return says(a !== b);
    case '-ge':
      return says(first !== '' && a >= b);
    case '-gt':
      return says(first !== '' && a > b);
    case '-le':
      return says(first !== '' && a <= b);
    case '-lt':
      return says(first !== '' && a < b);
    default:
      return fails(`test: ${words.join(' ')}: unexpected operator`);
  }
};

/** Lines that match; `-q` says only whether there are any, `-c` how many, `-v` takes the others. */
const grep: Program = (words, input) => {
  const flags = words.filter((word) => /^-[a-zE]+$/.test(word)).join('');
  const pattern = words.find((word) => !word.startsWith('-')) ?? '';
  const regular = new RegExp(flags.includes('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern, flags.includes('i') ? 'i' : '');
  const found = linesOf(input).filter((line) => regular.test(line) !== flags.includes('v'));
  const output = flags.includes('q') ? '' : flags.includes('c') ? `${found.length}\n` : found.map((line) => `${line}\n`).join('');
  return { ...says(found.length > 0), output };
};

/** `s/pattern/replacement/g` commands, of a file or of the input. */
const sed: Program = (words, input, files) => {
  const [script = '', file] = words.filter((word) => word !== '-e');
  const text = file === undefined ? input : files[file];
  if (text === undefined) return fails(`sed: can't read ${file}: No such file or directory`);
  let lines = linesOf(text);
  for (const command of script.split(/;\s*/)) {
    const [, , pattern = '', replacement = '', flags = ''] = /^s(.)(.*?)\1(.*?)\1([gI]*)$/.exec(command) ?? [];
    if (pattern === '') return fails(`sed: ${command}: unknown command`);
    const regular = new RegExp(pattern, flags.toLowerCase());
    lines = lines.map((line) => line.replace(regular, replacement.replace(/\$/g, '$$$$').replace(/\\(\d)/g, '$$$1')));
  }
  return prints(lines.map((line) => `${line}\n`).join(''));
};

const wc: Program = (words, input) => (words[0] === '-l' ? prints(`${linesOf(input).length}\n`) : fails(`wc: ${words.join(' ')}: not an option here`));

const head: Program = (words, input) => prints(linesOf(input).slice(0, Number(words.join('').replace(/^-n?/, ''))).map((line) => `${line}\n`).join(''));

const cat: Program = (words, input, files) => prints(words.length === 0 ? input : words.map((file) => `${files[file] ?? ''}\n`).join(''));

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** What is on the PATH beside kubectl. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  test,
  '[': (words, input, files) => test(words.slice(0, -1), input, files),
  grep,
  sed,
  wc,
  head,
  cat,
  true: () => says(true),
  false: () => says(false),
  echo: (words) => prints(`${words.join(' ')}\n`),
};
