import { setAt } from '@naumachia/core';
import { goQuote } from './go-text.js';
import type { JsonDocument, Repeated } from './strict-json.js';

/** The slow reader behind `readJson`: finds duplicate keys, and words errors as the scanner of encoding/json (Go 1.24) does. It keeps its own stack. */

class JsonSyntaxError extends Error {}

type Container = { readonly type: 'object'; readonly value: Record<string, unknown>; key: string; count: number } | { readonly type: 'array'; readonly value: unknown[] };

interface Reader {
  readonly text: string;
  readonly repeated: Repeated;
  at: number;
}

const endOfInput = 'unexpected end of JSON input';
/** encoding/json refuses what nests deeper. */
const depthLimit = 10_000;

export function readJsonSlowly(text: string, repeated: Repeated): JsonDocument {
  try {
    return readDocument({ text, repeated, at: 0 });
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { error: error.message };
    throw error;
  }
}

function readDocument(reader: Reader): JsonDocument {
  const stack: Container[] = [];
  const duplicates = new Map<object, { key: string; after: number }[]>();
  for (;;) {
    let value = readStart(reader, stack);
    if (value === opened) continue;
    for (;;) {
      const top = stack.at(-1);
      if (top === undefined) {
        skipSpace(reader);
        if (reader.at < reader.text.length) fail(reader, 'after top-level value');
        return { value, duplicates: duplicates.size > 0 ? duplicates : undefined };
      }
      attach(top, value, duplicates, reader.repeated);
      skipSpace(reader);
      const c = next(reader);
      if (c === (top.type === 'object' ? '}' : ']')) {
        reader.at++;
        stack.pop();
        value = top.value;
        continue;
      }
      if (c !== ',') fail(reader, top.type === 'object' ? 'after object key:value pair' : 'after array element');
      reader.at++;
      if (top.type === 'object') readKey(reader, top);
      break;
    }
  }
}

const opened = Symbol('a container was opened');

/** A scalar or an empty container; `opened` if a container with content begins. */
function readStart(reader: Reader, stack: Container[]): unknown {
  skipSpace(reader);
  const c = next(reader);
  if (c === '{' || c === '[') {
    if (stack.length >= depthLimit) fail(reader, 'exceeded max depth');
    reader.at++;
    skipSpace(reader);
    const close = next(reader);
    if (close === (c === '{' ? '}' : ']')) {
      reader.at++;
      return c === '{' ? {} : [];
    }
    if (c === '{') {
      const container: Container = { type: 'object', value: {}, key: '', count: 0 };
      readKey(reader, container);
      stack.push(container);
    } else stack.push({ type: 'array', value: [] });
    return opened;
  }
  if (c === '"') return readString(reader);
  if (c === '-' || isDigit(c)) return readNumber(reader);
  if (c === 't') return readWord(reader, 'true', true);
  if (c === 'f') return readWord(reader, 'false', false);
  if (c === 'n') return readWord(reader, 'null', null);
  return fail(reader, 'looking for beginning of value');
}

function readKey(reader: Reader, container: Container & { readonly type: 'object' }): void {
  skipSpace(reader);
  if (next(reader) !== '"') fail(reader, 'looking for beginning of object key string');
  container.key = readString(reader);
  skipSpace(reader);
  if (next(reader) !== ':') fail(reader, 'after object key');
  reader.at++;
}

function attach(container: Container, value: unknown, duplicates: Map<object, { key: string; after: number }[]>, repeated: Repeated): void {
  if (container.type === 'array') {
    container.value.push(value);
    return;
  }
  const { key } = container;
  if (Object.hasOwn(container.value, key)) {
    const known = duplicates.get(container.value) ?? [];
    known.push({ key, after: container.count });
    duplicates.set(container.value, known);
    setAt(container.value, key, repeated === 'merged' ? merged(container.value[key], value) : value);
    return;
  }
  container.count++;
  setAt(container.value, key, value);
}

function merged(old: unknown, value: unknown): unknown {
  const objects = [old, value].every((side) => typeof side === 'object' && side !== null && !Array.isArray(side));
  return objects ? { ...(old as object), ...(value as object) } : value;
}

function readWord<T>(reader: Reader, word: string, value: T): T {
  for (let i = 0; i < word.length; i++, reader.at++) {
    if (next(reader) !== word.charAt(i)) fail(reader, `in literal ${word} (expecting '${word.charAt(i)}')`);
  }
  return value;
}

function readNumber(reader: Reader): number {
  const start = reader.at;
  if (next(reader) === '-') reader.at++;
  if (next(reader) === '0') reader.at++;
  else readDigits(reader, 'in numeric literal');
  if (reader.text.charAt(reader.at) === '.') {
    reader.at++;
    readDigits(reader, 'after decimal point in numeric literal');
  }
  if (/[eE]/.test(reader.text.charAt(reader.at))) {
    reader.at++;
    if (/[-+]/.test(reader.text.charAt(reader.at))) reader.at++;
    readDigits(reader, 'in exponent of numeric literal');
  }
  return Number(reader.text.slice(start, reader.at));
}

function readDigits(reader: Reader, where: string): void {
  if (!isDigit(next(reader))) fail(reader, where);
  while (isDigit(reader.text.charAt(reader.at))) reader.at++;
}

function readString(reader: Reader): string {
  const start = reader.at++;
  for (;;) {
    const c = next(reader);
    if (c < ' ') fail(reader, 'in string literal');
    reader.at++;
    if (c === '"') return JSON.parse(reader.text.slice(start, reader.at)) as string;
    if (c !== '\\') continue;
    const escape = next(reader);
    if (escape === 'u') {
      reader.at++;
      for (let i = 0; i < 4; i++, reader.at++) if (!/[0-9A-Fa-f]/.test(next(reader))) fail(reader, 'in \\u hexadecimal character escape');
    } else if ('"\\/bfnrt'.includes(escape)) reader.at++;
    else fail(reader, 'in string escape code');
  }
}

const isDigit = (c: string): boolean => c >= '0' && c <= '9';

function skipSpace(reader: Reader): void {
  while (reader.at < reader.text.length && ' \t\r\n'.includes(reader.text.charAt(reader.at))) reader.at++;
}

function next(reader: Reader): string {
  if (reader.at >= reader.text.length) throw new JsonSyntaxError(endOfInput);
  return reader.text.charAt(reader.at);
}

function fail(reader: Reader, where: string): never {
  throw new JsonSyntaxError(`invalid character ${shownCharacter(reader.text.codePointAt(reader.at) ?? 0)} ${where}`);
}

/** Where a text stops being JSON, in the words for a reader of bytes that are no UTF-8: `text` has a character for each byte. */
export function errorInBytes(text: string): string {
  const reader: Reader = { text, repeated: 'last', at: 0 };
  try {
    readDocument(reader);
    return endOfInput;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const code = text.charCodeAt(reader.at);
    return code < 0x80 || Number.isNaN(code) ? error.message : error.message.replace(/'.'/u, shownByte(code));
  }
}

/** The scanner sees bytes: of a character beyond ASCII it shows the first byte of its UTF-8, taken as Latin-1. */
function shownCharacter(code: number): string {
  if (code === 0x27) return "'\\''";
  if (code === 0x22) return "'\"'";
  if (code < 0x80) return `'${goQuote(String.fromCharCode(code)).slice(1, -1)}'`;
  const first = code < 0x800 ? 0xc0 | (code >> 6) : code < 0x1_0000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
  return shownByte(first);
}

/** What Latin-1 has no picture of is shown by its number. */
function shownByte(byte: number): string {
  return byte <= 0xa0 || byte === 0xad ? `'\\u00${byte.toString(16)}'` : `'${String.fromCharCode(byte)}'`;
}
