/** What a template may speak of: `.Index` is the place of the object among `.Count` objects. */
export interface TemplateScope {
  readonly Index: number;
  readonly Count: number;
}

/** Something that is wrong with a template, or that it uses and is not built. `line` counts from 1. */
export class BadTemplate extends Error {
  override readonly name = 'BadTemplate';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

/** A template of Go's text/template, read. */
export interface GoTemplate {
  /** Whether it is the same text for every object. */
  readonly constant: boolean;
  readonly render: (scope: TemplateScope) => string;
}

type Value = number | string;
type Expression = (scope: TemplateScope) => Value;

/** The functions that scheduler_perf gives to its templates (operations.go `getTemplateFuncs`, Kubernetes 1.36). Those on integers compute with floats and cut the result off. */
const FUNCTIONS: Readonly<Record<string, { readonly arity: number | 'any'; readonly call: (values: readonly number[]) => number }>> = {
  AddFloat: { arity: 'any', call: (values) => sum(values) },
  AddInt: { arity: 'any', call: (values) => Math.trunc(sum(values)) },
  DivideFloat: { arity: 2, call: ([a = 0, b = 0]) => divided(a, b) },
  DivideInt: { arity: 2, call: ([a = 0, b = 0]) => Math.trunc(divided(a, b)) },
  Mod: { arity: 2, call: ([a = 0, b = 0]) => remainder(Math.trunc(a), Math.trunc(b)) },
  MultiplyFloat: { arity: 'any', call: (values) => product(values) },
  MultiplyInt: { arity: 'any', call: (values) => Math.trunc(product(values)) },
  SubtractFloat: { arity: 2, call: ([a = 0, b = 0]) => a - b },
  SubtractInt: { arity: 2, call: ([a = 0, b = 0]) => Math.trunc(a - b) },
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const product = (values: readonly number[]): number => values.reduce((total, value) => total * value, 1);

class DivisionByZero extends Error {}
const divided = (a: number, b: number): number => {
  if (b === 0) throw new DivisionByZero();
  return a / b;
};
const remainder = (a: number, b: number): number => {
  if (b === 0) throw new DivisionByZero();
  return a % b;
};

const ACTION = /\{\{(?<trimBefore>- )?(?<inside>(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^}"`]|\}(?!\}))*?)(?<trimAfter> -)?\}\}/g;

/** Reads a template: text, fields, literals, the functions above, parentheses, pipes, comments and trim marks. Loops and conditions are not built. */
export const parseGoTemplate = (text: string): GoTemplate => {
  const parts: (string | Expression)[] = [];
  let from = 0;
  let trimNext = false;
  const add = (literal: string, trimEnd: boolean): void => {
    const start = trimNext ? literal.trimStart() : literal;
    parts.push(trimEnd ? start.trimEnd() : start);
  };
  for (const match of text.matchAll(ACTION)) {
    const { inside = '', trimBefore, trimAfter } = match.groups ?? {};
    add(text.slice(from, match.index), trimBefore !== undefined);
    from = match.index + match[0].length;
    trimNext = trimAfter !== undefined;
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(inside)) parts.push(expression(inside, lineAt(text, match.index)));
  }
  const rest = text.slice(from);
  if (rest.includes('{{')) throw new BadTemplate(lineAt(text, from + rest.indexOf('{{')), 'the action that begins here has no end "}}"');
  add(rest, false);
  return { constant: parts.every((part) => typeof part === 'string'), render: (scope) => parts.map((part) => (typeof part === 'string' ? part : String(part(scope)))).join('') };
};

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const TOKEN = /\s*(?:(?<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)|(?<string>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<field>\.\w*)|(?<word>[A-Za-z_]\w*)|(?<sign>[()|])|(?<other>\S))/y;
type Token = { readonly kind: 'number' | 'string' | 'field' | 'word' | 'sign'; readonly text: string };

const tokensOf = (inside: string, line: number): Token[] => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(inside); match; match = TOKEN.exec(inside)) {
    const { number, string, field, word, sign, other } = match.groups ?? {};
    if (other !== undefined) throw new BadTemplate(line, `${JSON.stringify(other)} in "{{${inside}}}" is not supported: fields, numbers, texts, functions, parentheses and pipes are`);
    const kind = number !== undefined ? 'number' : string !== undefined ? 'string' : field !== undefined ? 'field' : word !== undefined ? 'word' : 'sign';
    tokens.push({ kind, text: number ?? string ?? field ?? word ?? sign ?? '' });
  }
  return tokens;
};

/** A pipeline: commands, of which each gives its value to the next as the last argument. */
const expression = (inside: string, line: number): Expression => {
  const tokens = tokensOf(inside, line);
  let at = 0;
  const wrong = (problem: string): BadTemplate => new BadTemplate(line, `${problem} in "{{${inside}}}"`);

  const pipeline = (): Expression => {
    let value = command(undefined);
    while (tokens[at]?.text === '|') {
      at++;
      value = command(value);
    }
    return value;
  };
  const command = (piped: Expression | undefined): Expression => {
    const first = tokens[at];
    if (first?.kind === 'word') return call(piped);
    const value = operand();
    if (piped !== undefined || startsOperand(tokens[at])) throw wrong('only a function takes arguments');
    return value;
  };
  const call = (piped: Expression | undefined): Expression => {
    const name = tokens[at++]?.text ?? '';
    const known = FUNCTIONS[name];
    if (!known) throw wrong(`there is no ${JSON.stringify(name)}, or it is not built; there are ${Object.keys(FUNCTIONS).join(', ')}`);
    const given: Expression[] = [];
    while (startsOperand(tokens[at])) given.push(operand());
    if (piped) given.push(piped);
    if (known.arity !== 'any' && given.length !== known.arity) throw wrong(`${name} takes ${known.arity} arguments, not ${given.length},`);
    return (scope) => {
      const values = given.map((argument) => argument(scope)).map((value) => {
        const number = Number(value);
        if (Number.isNaN(number) || value === '') throw wrong(`${JSON.stringify(value)} is no number`);
        return number;
      });
      try {
        return known.call(values);
      } catch (error) {
        if (error instanceof DivisionByZero) throw wrong('division by zero');
        throw error;
      }
    };
  };
  const operand = (): Expression => {
    const token = tokens[at++];
    switch (token?.kind) {
      case 'number': {
        const value = Number(token.text);
        return () => value;
      }
      case 'string': {
        const value = token.text.startsWith('`') ? token.text.slice(1, -1) : (JSON.parse(token.text) as string);
        return () => value;
      }
      case 'field':
        if (token.text !== '.Index' && token.text !== '.Count') throw wrong(`there is no ${token.text}: objects are made with .Index and .Count`);
        return token.text === '.Index' ? ({ Index }) => Index : ({ Count }) => Count;
      case 'word':
        throw wrong(`${token.text} has to stand in parentheses here, with its arguments,`);
      case 'sign': {
        if (token.text !== '(') break;
        const inner = pipeline();
        if (tokens[at++]?.text !== ')') throw wrong('a ")" is missing');
        return inner;
      }
      case undefined:
        throw wrong('a value is missing');
    }
    throw wrong(`unexpected ${JSON.stringify(token.text)}`);
  };

  const value = pipeline();
  if (at < tokens.length) throw wrong(`unexpected ${JSON.stringify(tokens[at]?.text)}`);
  return value;
};

const startsOperand = (token: Token | undefined): boolean => token !== undefined && (token.kind !== 'sign' || token.text === '(');
