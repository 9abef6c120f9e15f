/** A part of a word: text as it stands, `$NAME`, or `$(script)`. */
export type WordPart = string | { readonly variable: string } | { readonly script: Script };
export type Word = readonly WordPart[];

/** One simple command: `NAME=value... command arguments < file > file | next`. */
export interface SimpleCommand {
  readonly words: readonly Word[];
  readonly redirect?: { readonly to: Word; readonly append: boolean };
  /** `>&2` */
  readonly toStderr: boolean;
  readonly input?: Word;
  /** What reads its output. */
  readonly next?: SimpleCommand;
}

/** Scripts are compiled to jumps, so that where a process stands is a number and can be snapshotted. */
export type Step =
  | { readonly op: 'run'; readonly command: SimpleCommand }
  | { readonly op: 'jump'; readonly to: number; /** Of a loop that may have no end. */ readonly back: boolean }
  | { readonly op: 'jump-if'; readonly ok: boolean; readonly to: number }
  /** Begins `for`: evaluates the words and keeps them under `slot`. */
  | { readonly op: 'each'; readonly slot: number; readonly words: readonly Word[] }
  /** Takes the next word into `variable`, or leaves the loop. */
  | { readonly op: 'next'; readonly slot: number; readonly variable: string; readonly end: number }
  | { readonly op: 'status'; readonly code: number }
  /** The script asks for what this shell does not know. */
  | { readonly op: 'refuse'; readonly what: string };

export type Script = readonly Step[];

type Token = { readonly operator: string } | { readonly word: Word; readonly bare: string };

/**
 * Compiles a script of a very small POSIX shell: `;`, `&&`, `||`, `|` between simple commands, `while`, `until`, `for`, `if`, quotes, `$NAME`, `$(...)`, `<`, `>`,
 * `>>`. A script with anything else comes to an error that names it, before any of it runs.
 */
export const compileScript = (text: string): Script => {
  const known = compiled.get(text);
  if (known) return known;
  const steps = compile(text);
  if (compiled.size >= 1_000) compiled.clear();
  compiled.set(text, steps);
  return steps;
};

const compile = (text: string): Script => {
  try {
    const parser: Parser = { tokens: tokenize(text), at: 0, steps: [], slots: 0 };
    list(parser, []);
    return parser.steps;
  } catch (error) {
    if (error instanceof UnknownSyntax) return [{ op: 'refuse', what: error.message }];
    throw error;
  }
};

class UnknownSyntax extends Error {}

/** A script is a function of its text, so that pods of one template share it. */
const compiled = new Map<string, Script>();

interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  readonly steps: Step[];
  slots: number;
}

const bareAt = (parser: Parser): string | undefined => {
  const token = parser.tokens[parser.at];
  return token === undefined ? undefined : 'operator' in token ? token.operator : token.bare;
};

/** Commands joined by operators, until one of the words `ends` stands where a command would. */
const list = (parser: Parser, ends: readonly string[]): void => {
  while (parser.at < parser.tokens.length) {
    const bare = bareAt(parser);
    if (bare === ';' || bare === '&') {
      parser.at++;
      continue;
    }
    if (bare !== undefined && ends.includes(bare)) return;
    command(parser);
    for (let operator = bareAt(parser); operator === '&&' || operator === '||'; operator = bareAt(parser)) {
      toNextCommand(parser);
      const skip = hole(parser);
      command(parser);
      parser.steps[skip] = { op: 'jump-if', ok: operator === '||', to: parser.steps.length };
    }
  }
};

/** Past an operator and the line breaks that may follow it. */
const toNextCommand = (parser: Parser): void => {
  do parser.at++;
  while (bareAt(parser) === ';');
};

/** Reserves a step that is known only later. */
const hole = (parser: Parser): number => parser.steps.push({ op: 'status', code: 0 }) - 1;

const expect = (parser: Parser, bare: string): void => {
  if (bareAt(parser) === bare) parser.at++;
};

const COMPOUND = new Set(['while', 'until', 'for', 'if']);
const REDIRECTIONS = new Set(['<', '>', '>>']);

const command = (parser: Parser): void => {
  if (!COMPOUND.has(bareAt(parser) ?? '')) return simple(parser);
  compound(parser);
  const after = bareAt(parser) ?? '';
  if (after === '|' || REDIRECTIONS.has(after)) throw new UnknownSyntax('pipes and redirections of loops and conditions');
};

const compound = (parser: Parser): void => {
  const { steps } = parser;
  switch (bareAt(parser)) {
    case 'while':
    case 'until': {
      const until = bareAt(parser) === 'until';
      parser.at++;
      const start = steps.length;
      list(parser, ['do']);
      expect(parser, 'do');
      const leave = hole(parser);
      list(parser, ['done']);
      expect(parser, 'done');
      steps.push({ op: 'jump', to: start, back: true });
      steps[leave] = { op: 'jump-if', ok: until, to: steps.length };
      steps.push({ op: 'status', code: 0 });
      return;
    }
    case 'for': {
      parser.at++;
      const variable = bareAt(parser) ?? '';
      parser.at++;
      expect(parser, 'in');
      const words: Word[] = [];
      for (let token = parser.tokens[parser.at]; token !== undefined && 'word' in token; token = parser.tokens[++parser.at]) words.push(token.word);
      while (bareAt(parser) === ';') parser.at++;
      expect(parser, 'do');
      const slot = parser.slots++;
      steps.push({ op: 'each', slot, words });
      const next = hole(parser);
      list(parser, ['done']);
      expect(parser, 'done');
      steps.push({ op: 'jump', to: next, back: false });
      steps[next] = { op: 'next', slot, variable, end: steps.length };
      return;
    }
    case 'if': {
      parser.at++;
      const ends: number[] = [];
      for (;;) {
        list(parser, ['then']);
        expect(parser, 'then');
        const otherwise = hole(parser);
        list(parser, ['elif', 'else', 'fi']);
        ends.push(hole(parser));
        steps[otherwise] = { op: 'jump-if', ok: false, to: steps.length };
        if (bareAt(parser) !== 'elif') break;
        parser.at++;
      }
      if (bareAt(parser) === 'else') {
        parser.at++;
        list(parser, ['fi']);
      }
      expect(parser, 'fi');
      for (const end of ends) steps[end] = { op: 'jump', to: steps.length, back: false };
      return;
    }
  }
};

/** Where a command would stand. */
const UNKNOWN_COMMANDS: readonly (readonly [start: RegExp, what: string])[] = [
  [/^case$/, '`case`'], [/^function$|^\w+\(\)/, 'functions'], [/^\(/, 'subshells'], [/^\{$/, 'groups'], [/^\[\[$/, '`[[`'],
];
const simple = (parser: Parser): void => {
  parser.steps.push({ op: 'run', command: simpleCommand(parser) });
};

const simpleCommand = (parser: Parser): SimpleCommand => {
  const words: Word[] = [];
  let redirect: SimpleCommand['redirect'];
  let input: Word | undefined;
  let toStderr = false;
  const unknown = UNKNOWN_COMMANDS.find(([start]) => start.test(bareAt(parser) ?? ''));
  if (unknown !== undefined) throw new UnknownSyntax(unknown[1]);
  for (;;) {
    const token = parser.tokens[parser.at];
    if (token === undefined || ('operator' in token && !REDIRECTIONS.has(token.operator))) break;
    parser.at++;
    if ('word' in token) {
      if (token.bare === '2>&1' || token.bare === '2>/dev/null') continue;
      if (token.bare === '>&2' || token.bare === '1>&2') toStderr = true;
      else if (/^\d*>/.test(token.bare)) throw new UnknownSyntax(`\`${token.bare}\``);
      else words.push(token.word);
      continue;
    }
    const target = parser.tokens[parser.at];
    if (target !== undefined && 'word' in target) {
      parser.at++;
      if (token.operator === '<') input = target.word;
      else redirect = { to: target.word, append: token.operator === '>>' };
    }
  }
  const command = { words, toStderr, ...(redirect && { redirect }), ...(input && { input }) };
  if (bareAt(parser) !== '|') return command;
  toNextCommand(parser);
  if (COMPOUND.has(bareAt(parser) ?? '')) throw new UnknownSyntax('pipes into loops and conditions');
  return { ...command, next: simpleCommand(parser) };
};

const OPERATORS = ['&&', '||', '>>', '<<', ';', '\n', '&', '>', '<', '|'];

const tokenize = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const blank = text.charAt(at);
    if (blank === ' ' || blank === '\t') {
      at++;
      continue;
    }
    if (blank === '#') {
      while (at < text.length && text.charAt(at) !== '\n') at++;
      continue;
    }
    const operator = text.startsWith('>&2', at) ? undefined : OPERATORS.find((candidate) => text.startsWith(candidate, at));
    if (operator === '<<') throw new UnknownSyntax('documents in a script (`<<`)');
    if (operator !== undefined) {
      tokens.push({ operator: operator === '\n' ? ';' : operator });
      at += operator.length;
      continue;
    }
    const [word, end] = wordAt(text, at);
    tokens.push({ word, bare: text.slice(at, end) });
    at = end;
  }
  return tokens;
};

/** One word with its quotes, and where it ends. */
const wordAt = (text: string, from: number): readonly [Word, number] => {
  const parts: WordPart[] = [];
  let literal = '';
  let at = from;
  let quoted = false;
  const flush = (): void => {
    if (literal !== '') parts.push(literal);
    literal = '';
  };
  const expansion = (): void => {
    const [part, end] = expansionAt(text, at);
    if (part === undefined) literal += '$';
    else {
      flush();
      parts.push(part);
    }
    at = end;
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === "'") {
      const end = text.indexOf("'", at + 1);
      literal += text.slice(at + 1, end < 0 ? text.length : end);
      quoted = true;
      at = end < 0 ? text.length : end + 1;
    } else if (char === '"') {
      quoted = true;
      at++;
      while (at < text.length && text.charAt(at) !== '"') {
        if (text.charAt(at) === '$') expansion();
        else {
          if (text.charAt(at) === '`') throw new UnknownSyntax('backquotes');
          if (text.charAt(at) === '\\' && /[$`"\\]/.test(text.charAt(at + 1))) at++;
          literal += text.charAt(at++);
        }
      }
      at++;
    } else if (char === '$') expansion();
    else if (char === '\\' && at + 1 < text.length) {
      literal += text.charAt(at + 1);
      at += 2;
    } else if (char === '`') throw new UnknownSyntax('backquotes');
    else if (/[ \t\n;|<]/.test(char) || char === '>' && !text.startsWith('>&', at) && !/^\d>/.test(text.slice(from, at + 1)) || (char === '&' && !text.slice(from, at).endsWith('>'))) break;
    else {
      literal += char;
      at++;
    }
  }
  flush();
  return [parts.length === 0 && quoted ? [''] : parts, at];
};

/** What a part of a script does not know, the whole does not. */
const withoutRefusal = (script: Script): Script => {
  const [first] = script;
  if (first?.op === 'refuse') throw new UnknownSyntax(first.what);
  return script;
};

const expansionAt = (text: string, at: number): readonly [WordPart | undefined, number] => {
  if (text.startsWith('((', at + 1)) throw new UnknownSyntax('calculations (`$((`)');
  if (text.charAt(at + 1) === '(') {
    let depth = 0;
    let end = at + 1;
    for (; end < text.length; end++) {
      if (text.charAt(end) === '(') depth++;
      if (text.charAt(end) === ')' && --depth === 0) break;
    }
    return [{ script: withoutRefusal(compileScript(text.slice(at + 2, end))) }, end + 1];
  }
  const name = /^\{([A-Za-z_]\w*|\?)\}|^([A-Za-z_]\w*|[?#@0-9])/.exec(text.slice(at + 1, at + 200));
  if (!name) {
    if (text.charAt(at + 1) === '{') throw new UnknownSyntax('what changes a variable (`${`)');
    return [undefined, at + 1];
  }
  return [{ variable: name[1] ?? name[2] ?? '' }, at + 1 + name[0].length];
};
