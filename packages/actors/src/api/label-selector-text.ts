import { goQuote } from './go-text.js';
import { byKey, type Requirement, type Selector, type SelectorOperator } from './label-selector.js';
import { labelKeyErrors, labelValueErrors } from './names.js';

/** Reads selectors in the grammar, and with the errors, of labels.Parse of apimachinery 0.36. */

type TokenType = 'end' | 'identifier' | 'in' | 'notin' | 'bad' | '!' | '=' | '==' | '!=' | '(' | ')' | ',' | '>' | '<';
interface Token {
  readonly type: TokenType;
  readonly text: string;
}

class SelectorSyntaxError extends Error {}

const symbols: Readonly<Record<string, TokenType>> = { '!': '!', '=': '=', '==': '==', '!=': '!=', '(': '(', ')': ')', ',': ',', '>': '>', '<': '<' };
const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';
const isSymbol = (c: string): boolean => '!=(),><'.includes(c);

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    if (isSpace(c)) {
      at++;
      continue;
    }
    let end = at + 1;
    if (isSymbol(c)) {
      while (end < text.length && symbols[text.slice(at, end + 1)] !== undefined) end++;
      const symbol = text.slice(at, end);
      tokens.push({ type: symbols[symbol] ?? 'bad', text: symbol });
    } else {
      while (end < text.length && !isSpace(text.charAt(end)) && !isSymbol(text.charAt(end))) end++;
      const word = text.slice(at, end);
      tokens.push({ type: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
    }
    at = end;
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

const endToken: Token = { type: 'end', text: '' };

/** In the place of a value, the words `in` and `notin` are plain words. */
function peek(reader: Reader, asValue = false): Token {
  const token = reader.tokens[reader.at] ?? endToken;
  return asValue && (token.type === 'in' || token.type === 'notin') ? { type: 'identifier', text: token.text } : token;
}

function take(reader: Reader, asValue = false): Token {
  const token = peek(reader, asValue);
  reader.at++;
  return token;
}

export function readSelector(text: string): { readonly selector: Selector } | { readonly error: string } {
  try {
    return { selector: { type: 'requirements', requirements: readRequirements({ tokens: tokenize(text), at: 0 }).sort(byKey) } };
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return { error: error.message };
    throw error;
  }
}

function readRequirements(reader: Reader): Requirement[] {
  const requirements: Requirement[] = [];
  for (;;) {
    const next = peek(reader, true);
    if (next.type === 'identifier' || next.type === '!') {
      try {
        requirements.push(readRequirement(reader));
      } catch (error) {
        throw error instanceof SelectorSyntaxError ? new SelectorSyntaxError(`unable to parse requirement: ${error.message}`) : error;
      }
      const separator = take(reader);
      if (separator.type === 'end') return requirements;
      if (separator.type !== ',') throw new SelectorSyntaxError(`found '${separator.text}', expected: ',' or 'end of string'`);
      const after = peek(reader, true);
      if (after.type !== 'identifier' && after.type !== '!') throw new SelectorSyntaxError(`found '${after.text}', expected: identifier after ','`);
    } else if (next.type === 'end') {
      return requirements;
    } else {
      throw new SelectorSyntaxError(`found '${next.text}', expected: !, identifier, or 'end of string'`);
    }
  }
}

function readRequirement(reader: Reader): Requirement {
  const negated = peek(reader).type === '!';
  if (negated) reader.at++;
  const key = take(reader, true);
  if (key.type !== 'identifier') throw new SelectorSyntaxError(`found '${key.text}', expected: identifier`);
  refuseKey(key.text);
  if (negated) return { key: key.text, operator: '!', values: [] };
  const following = peek(reader);
  if (following.type === 'end' || following.type === ',') return { key: key.text, operator: 'exists', values: [] };
  const operator = readOperator(take(reader));
  const values = operator === 'in' || operator === 'notin' ? readValues(reader) : [readExactValue(reader)];
  return checkedRequirement(key.text, operator, [...new Set(values)].sort());
}

function readOperator(token: Token): SelectorOperator {
  switch (token.type) {
    case 'in':
    case 'notin':
    case '=':
    case '==':
    case '!=':
      return token.type;
    case '>':
      return 'gt';
    case '<':
      return 'lt';
    default:
      throw new SelectorSyntaxError(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

function readValues(reader: Reader): readonly string[] {
  const open = take(reader, true);
  if (open.type !== '(') throw new SelectorSyntaxError(`found '${open.text}' expected: '('`);
  const values: string[] = [];
  let expectValue = true;
  for (;;) {
    const token = take(reader, true);
    if (token.type === 'identifier' && expectValue) {
      values.push(token.text);
      expectValue = false;
    } else if (token.type === ',') {
      if (expectValue) values.push('');
      expectValue = true;
    } else if (token.type === ')') {
      if (expectValue) values.push('');
      return values;
    } else {
      throw new SelectorSyntaxError(`found '${token.text}', expected: ',' or ')'`);
    }
  }
}

function readExactValue(reader: Reader): string {
  const next = peek(reader, true);
  if (next.type === 'end' || next.type === ',') return '';
  reader.at++;
  if (next.type === 'identifier') return next.text;
  throw new SelectorSyntaxError(`found '${next.text}', expected: identifier`);
}

function refuseKey(key: string): void {
  const errors = labelKeyErrors(key);
  if (errors.length > 0) throw new SelectorSyntaxError(`<nil>: Invalid value: ${goQuote(key)}: ${errors.join('; ')}`);
}

function checkedRequirement(key: string, operator: SelectorOperator, values: readonly string[]): Requirement {
  if (operator === 'gt' || operator === 'lt') {
    const value = values[0] ?? '';
    if (!/^[+-]?\d+$/.test(value)) throw new SelectorSyntaxError(`values[0]: Invalid value: ${goQuote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`);
  }
  const errors = values.flatMap((value, index) => {
    const found = labelValueErrors(value);
    return found.length === 0 ? [] : [`values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${found.join('; ')}`];
  });
  if (errors.length > 0) throw new SelectorSyntaxError(errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);
  return { key, operator, values };
}
