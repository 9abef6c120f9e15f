/** Part of a word: text as it stands, a variable, or what a list of commands prints. Unquoted expansions are split at white space. */
export type WordPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'variable'; readonly name: string; readonly quoted: boolean }
  | { readonly type: 'output'; readonly list: CommandList; readonly quoted: boolean };

export type Word = readonly WordPart[];

export type Command =
  | { readonly type: 'simple'; readonly assignments: readonly { readonly name: string; readonly value: Word }[]; readonly words: readonly Word[] }
  | { readonly type: 'for'; readonly variable: string; readonly values: readonly Word[]; readonly body: CommandList };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** Pipelines one after the other; each says after what end of the one before it is run. */
export type CommandList = readonly { readonly after: 'any' | 'success' | 'failure'; readonly pipeline: Pipeline }[];

/** What of a shell is not there. */
export class NotShell extends Error {
  override readonly name = 'NotShell';
}

/** Reads a command line: lists, pipes, `for`, assignments, quotes, variables and `$(...)`. Throws `NotShell` for the rest of the language. */
export const parseShell = (text: string): CommandList => {
  const reader = new Reader(text);
  const list = readList(reader, []);
  if (!reader.done) throw new NotShell(`shell syntax at "${reader.rest}"`);
  return list;
};

class Reader {
  at = 0;

  constructor(readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  get rest(): string {
    return this.text.slice(this.at);
  }

  skipBlanks(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++;
  }

  accept(text: string): boolean {
    this.skipBlanks();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  acceptWord(word: string): boolean {
    this.skipBlanks();
    if (!this.text.startsWith(word, this.at) || /[^\s;]/.test(this.text[this.at + word.length] ?? ' ')) return false;
    this.at += word.length;
    return true;
  }
}

const readList = (reader: Reader, ends: readonly string[]): CommandList => {
  const list: { after: 'any' | 'success' | 'failure'; pipeline: Pipeline }[] = [];
  for (let after: 'any' | 'success' | 'failure' = 'any'; ; ) {
    reader.skipBlanks();
    if (reader.done || reader.rest.startsWith(')') || ends.some((end) => new RegExp(`^${end}(?![^\\s;])`).test(reader.rest))) return list;
    list.push({ after, pipeline: readPipeline(reader) });
    if (reader.accept('&&')) after = 'success';
    else if (reader.accept('||')) after = 'failure';
    else if (reader.accept(';') || reader.accept('\n')) after = 'any';
    else return list;
  }
};

const readPipeline = (reader: Reader): Pipeline => {
  const negated = reader.acceptWord('!');
  const commands = [readCommand(reader)];
  for (;;) {
    reader.skipBlanks();
    if (reader.rest.startsWith('||') || !reader.accept('|')) return { negated, commands };
    commands.push(readCommand(reader));
  }
};

const readCommand = (reader: Reader): Command => {
  if (reader.acceptWord('for')) return readFor(reader);
  const assignments: { name: string; value: Word }[] = [];
  const words: Word[] = [];
  for (;;) {
    reader.skipBlanks();
    const assigned = words.length === 0 ? /^(\w+)=/.exec(reader.rest) : null;
    if (assigned) {
      reader.at += assigned[0].length;
      assignments.push({ name: assigned[1] ?? '', value: readWord(reader) });
      continue;
    }
    if (reader.done || /^[;|&)\n]/.test(reader.rest)) break;
    if (/^\d?[<>]/.test(reader.rest)) throw new NotShell('shell redirection');
    words.push(readWord(reader));
  }
  if (words.length === 0 && assignments.length === 0) throw new NotShell(`shell syntax at "${reader.rest}"`);
  return { type: 'simple', assignments, words };
};

const readFor = (reader: Reader): Command => {
  const variable = readPlain(reader);
  if (!reader.acceptWord('in')) throw new NotShell('shell for without in');
  const values: Word[] = [];
  for (reader.skipBlanks(); !reader.done && !/^[;\n]/.test(reader.rest); reader.skipBlanks()) values.push(readWord(reader));
  if (!(reader.accept(';') || reader.accept('\n')) || !reader.acceptWord('do')) throw new NotShell('shell for without do');
  const body = readList(reader, ['done']);
  if (!reader.acceptWord('done')) throw new NotShell('shell for without done');
  return { type: 'for', variable, values, body };
};

const readPlain = (reader: Reader): string => {
  reader.skipBlanks();
  const name = /^\w+/.exec(reader.rest)?.[0] ?? '';
  reader.at += name.length;
  return name;
};

const readWord = (reader: Reader): Word => {
  const parts: WordPart[] = [];
  while (!reader.done && !/^[\s;|&)<>]/.test(reader.rest)) {
    const next = reader.rest[0] ?? '';
    if (next === "'") {
      const end = reader.text.indexOf("'", reader.at + 1);
      if (end < 0) throw new NotShell('shell quote without end');
      parts.push({ type: 'text', text: reader.text.slice(reader.at + 1, end) });
      reader.at = end + 1;
    } else if (next === '"') {
      reader.at++;
      parts.push({ type: 'text', text: '' });
      while (reader.rest[0] !== '"') {
        if (reader.done) throw new NotShell('shell quote without end');
        parts.push(readPart(reader, true));
      }
      reader.at++;
    } else parts.push(readPart(reader, false));
  }
  return parts;
};

const readPart = (reader: Reader, quoted: boolean): WordPart => {
  const { rest } = reader;
  if (rest.startsWith('$((') || rest.startsWith('`')) throw new NotShell('shell arithmetic or back quotes');
  if (rest.startsWith('$(')) {
    reader.at += 2;
    const list = readList(reader, []);
    if (!reader.accept(')')) throw new NotShell('shell substitution without end');
    return { type: 'output', list, quoted };
  }
  const variable = /^\$(?:(\w+)|\{(\w+)\})/.exec(rest);
  if (variable) {
    reader.at += variable[0].length;
    return { type: 'variable', name: variable[1] ?? variable[2] ?? '', quoted };
  }
  if (rest.startsWith('\\')) {
    reader.at += 2;
    return { type: 'text', text: quoted && !/["\\$`]/.test(rest[1] ?? '') ? rest.slice(0, 2) : rest[1] ?? '' };
  }
  const text = (quoted ? /^\$?[^"$\\`]*/ : /^\$?[^\s;|&)<>"'$\\`]*/).exec(rest)?.[0] ?? '';
  if (text === '') throw new NotShell(`shell syntax at "${rest}"`);
  reader.at += text.length;
  return { type: 'text', text };
};
