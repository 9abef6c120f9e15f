import { Document, LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments, visit, type ParsedNode, type ScalarTag, type Tags, type YAMLError } from 'yaml';
import { goQuote } from './go-text.js';
import { readJson } from './strict-json.js';
import { aliasProblem, BAD_ALIAS } from './yaml-aliases.js';
import { MOST_LEVELS, tooDeepAt } from './yaml-depth.js';
import { foldYaml } from './yaml-folding.js';

/**
 * YAML as sigs.k8s.io/yaml reads and writes it: version 1.1 (`yes` is true, `0644` is octal) without times and base 60, so that `22:22` stays
 * a text. Documents are read one by one; the API server takes the first of a body, the command line all of a file.
 */

/** A document of a YAML text. Lines count from 1, over the whole text. */
export interface YamlDocument {
  /** The line of its first node; that of the end of the text if it has none. */
  readonly line: number;
  /** As JSON would give it; null for an empty document. */
  readonly value: unknown;
  /** Go's words for keys that a map has twice: `line 8: key "a" already set in map`. The last one wins. */
  readonly repeated: readonly string[];
  /** Set if the document cannot be read, in the words of Go where they are known. */
  readonly error: YamlError | undefined;
  /** The line where the value at this path begins, or that of its nearest parent: `lineOf(['spec', 'containers', 0, 'image'])`. */
  lineOf(path: readonly (string | number)[]): number;
}

export interface YamlError {
  /** Without position: `did not find expected ',' or ']'`. */
  readonly message: string;
  readonly line: number;
  /** The line that Go names; 0: none. */
  readonly goLine: number;
}

const dropped = ['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary', 'tag:yaml.org,2002:omap', 'tag:yaml.org,2002:pairs', 'tag:yaml.org,2002:set'];

/** Our parser takes a lone `.`, a key of every managed field set, for a number. */
const decimal = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/;
const writtenTags = (tags: Tags): Tags =>
  tags.map((tag): Tags[number] => (typeof tag === 'object' && 'test' in tag && tag.tag === 'tag:yaml.org,2002:float' && tag.test?.test('.') === true ? (Object.assign({}, tag, { test: decimal }) as ScalarTag) : tag));

/** Neither base 60 nor types that JSON lacks. */
const readTags = (tags: Tags): Tags =>
  writtenTags(tags).filter((tag) => typeof tag === 'string' || (!('format' in tag && tag.format === 'TIME') && !dropped.includes(tag.tag)));

type ParsedDocument = Document.Parsed;

export function readYamlDocuments(text: string): readonly YamlDocument[] {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return [{ line: deep, value: null, repeated: [], error: { message: `exceeded max depth of ${MOST_LEVELS}`, line: deep, goLine: deep }, lineOf: () => deep }];
  const lines = new LineCounter();
  // Its warnings would print what somebody sent.
  const parsed = parseAllDocuments(text, { logLevel: 'error', version: '1.1', uniqueKeys: false, lineCounter: lines, customTags: readTags, prettyErrors: true });
  return 'empty' in parsed ? [] : parsed.map((document) => readDocument(document, lines));
}

/** A body of YAML as JSON values, `repeated` as in YamlDocument; or Go's error. */
export type YamlBody = { readonly value: unknown; readonly repeated: readonly string[] } | { readonly error: string };

/** The first document of a body, which is all that the API server looks at. */
export function readYaml(text: string): YamlBody {
  // Clients that apply send JSON under the name of YAML: the native parser is a hundred times as fast.
  if (text.startsWith('{')) {
    const json = readJson(text);
    if ('value' in json && json.duplicates === undefined) return { value: json.value, repeated: [] };
  }
  const document = readYamlDocuments(text)[0];
  if (document === undefined) return { value: null, repeated: [] };
  const { value, repeated, error } = document;
  return error === undefined ? { value, repeated } : { error: yamlErrorText(error) };
}

/** `yaml: line 1: did not find expected ',' or ']'`, as Go writes it: of some errors it does not name the place. */
export function yamlErrorText(error: YamlError): string {
  return error.goLine === 0 ? `yaml: ${error.message}` : `yaml: line ${error.goLine}: ${error.message}`;
}

/** The one error of a strict decoder for all repeated keys of a document. */
export function repeatedKeysError(repeated: readonly string[]): string {
  return `yaml: unmarshal errors:\n${repeated.map((text) => `  ${text}`).join('\n')}`;
}

/**
 * YAML with sorted keys, as `-o yaml` and `Accept: application/yaml` answer. Texts that would read as something else
 * (`n`, times, base 60) stand in double quotes, texts that cannot stand plain in single ones.
 */
export function writeYaml(value: unknown): string {
  const document = new Document(value, { version: '1.1', sortMapEntries: true, aliasDuplicateObjects: false, customTags: writtenTags });
  const tests = document.schema?.tags.flatMap((tag) => (tag.default !== undefined && tag.default !== false && 'test' in tag && tag.test !== undefined ? [tag.test] : [])) ?? [];
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return;
      if (tests.some((pattern) => pattern.test(node.value as string))) node.type = 'QUOTE_DOUBLE';
      // Left to itself the library would take double quotes here.
      else if (node.value.includes("'") && !/[\n"]/.test(node.value) && isQuoted(node.value)) node.type = 'QUOTE_SINGLE';
    },
  });
  return foldYaml(document.toString({ lineWidth: 0, indentSeq: false, singleQuote: true }));
}

/** Whether a text cannot stand plain. */
const isQuoted = (text: string): boolean => new Document(text, { version: '1.1', customTags: writtenTags }).toString({ lineWidth: 0 }).startsWith('"');

function readDocument(document: ParsedDocument, lines: LineCounter): YamlDocument {
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const line = lineAt(document.contents?.range[0] ?? document.range[0]);
  const lineOf = (path: readonly (string | number)[]): number => lineOfPath(document.contents, path, lineAt) ?? line;
  const [failed] = document.errors;
  if (failed !== undefined) {
    const message = goMessage(failed, document);
    const at = failed.linePos?.[0].line ?? line;
    const error = { message, line: at, goLine: goLine(message, at, failed.pos[0] >= document.range[2] ? lines : undefined) };
    return { line, value: null, repeated: [], error, lineOf };
  }
  const alias = aliasProblem(document.contents);
  if (alias !== undefined) return { line, value: null, repeated: [], error: { message: alias.message, line: lineAt(alias.offset), goLine: goLine(alias.message, lineAt(alias.offset), undefined) }, lineOf };
  const repeated: string[] = [];
  findRepeated(document.contents, lineAt, repeated);
  return { line, value: document.toJS({ maxAliasCount: -1 }) ?? null, repeated, error: undefined, lineOf };
}

function findRepeated(node: ParsedNode | null, lineAt: (offset: number) => number, repeated: string[]): void {
  if (isSeq(node)) {
    for (const item of node.items) findRepeated(item as ParsedNode, lineAt, repeated);
    return;
  }
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name !== undefined && seen.has(name)) repeated.push(`line ${lineAt(key.range[0])}: key ${goQuote(name)} already set in map`);
    if (name !== undefined) seen.add(name);
    findRepeated(value, lineAt, repeated);
  }
}

function lineOfPath(root: ParsedNode | null, path: readonly (string | number)[], lineAt: (offset: number) => number): number | undefined {
  let node: ParsedNode | null = root;
  let line: number | undefined;
  for (const step of path) {
    let next: ParsedNode | null = null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return line;
      line = lineAt(pair.key.range[0]);
      next = pair.value;
    } else if (isSeq(node)) {
      next = (node.items[Number(step)] as ParsedNode | undefined) ?? null;
      if (next === null) return line;
      line = lineAt(next.range[0]);
    }
    if (next === null || isAlias(next)) return line;
    node = next;
  }
  return line;
}

const tabMessage = 'found character that cannot start any token';
const PLACELESS = new RegExp(`^(${tabMessage}$|unknown anchor |anchor '|document contains )`);

/**
 * The line that go-yaml v2 names. Its parser counts from 0 and names none where that is it; its scanner counts from 1, names none for the
 * first, and misses the colon of a key when it has come to the next line. `end`: the error is at the end of the text, which is a line of its own.
 */
function goLine(message: string, line: number, end: LineCounter | undefined): number {
  if (PLACELESS.test(message)) return 0;
  if (/^did not find expected (key|node content|[',])/.test(message)) return end === undefined ? line - 1 : line;
  if (message === "could not find expected ':'") return line + 1;
  return line === 1 ? 0 : line;
}

/** The errors that people meet, in the words of libyaml; others keep the first line of our parser's. */
function goMessage(error: YAMLError, document: ParsedDocument): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return tabMessage;
    case 'BAD_INDENT':
      return /flow/i.test(error.message) ? closing(document, error.message) : 'did not find expected key';
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) return 'found unexpected end of stream';
      return /[\]}]|flow/.test(error.message) ? closing(document, error.message) : "could not find expected ':'";
    case 'BLOCK_IN_FLOW':
      return closing(document, error.message);
    case 'IMPOSSIBLE':
    case 'UNEXPECTED_TOKEN':
      return /flow/i.test(error.message) || document.errors.some(({ code }) => code === 'BLOCK_IN_FLOW') ? closing(document, error.message) : 'did not find expected key';
    case 'MULTILINE_IMPLICIT_KEY':
    case 'KEY_OVER_1024_CHARS':
      return "could not find expected ':'";
    case 'BAD_ALIAS':
      return BAD_ALIAS;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'mapping values are not allowed in this context';
    default:
      return error.message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
  }
}

/** What libyaml misses at the end of the innermost flow collection: a list ends with a bracket, a map with a brace. */
function closing(document: ParsedDocument, message: string): string {
  const told = /flow (sequence|map)/i.exec(message)?.[1];
  if (told !== undefined) return `did not find expected ',' or '${told === 'map' ? '}' : ']'}'`;
  let node: ParsedNode | null = document.contents;
  let bracket = '}';
  for (;;) {
    if (isMap(node)) {
      if (node.flow === true) bracket = '}';
      node = node.items.at(-1)?.value ?? null;
    } else if (isSeq(node)) {
      if (node.flow === true) bracket = ']';
      node = (node.items.at(-1) as ParsedNode | undefined) ?? null;
    } else return `did not find expected ',' or '${bracket}'`;
  }
}
