import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** Something that is wrong with a file: where it stands, what it is and what would do. */
export interface FileError {
  readonly file: string;
  readonly line: number;
  /** `faults[2].kill.for`; empty for the document as a whole. */
  readonly field: string;
  readonly problem: string;
}

/** A value of a YAML document together with the way to it, so that whoever reads it can say where it is wrong. */
export interface Place {
  readonly file: string;
  readonly lines: LineCounter;
  readonly errors: FileError[];
  readonly node: unknown;
  readonly field: string;
  /** Where to point if the value itself stands nowhere. */
  readonly offset: number;
}

/** Reads a value; `undefined` if it is wrong, which has been reported then. */
export type Parser<T> = (place: Place) => T | undefined;

export const report = (place: Place, problem: string): undefined => {
  const offset = (place.node as Node | null | undefined)?.range?.[0] ?? place.offset;
  place.errors.push({ file: place.file, line: place.lines.linePos(offset).line, field: place.field, problem });
  return undefined;
};

/** What stands at a place, as a person would write it. */
export const shown = ({ node }: Place): string => {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node) ? node.value : node;
  return value === null || value === undefined ? 'nothing' : JSON.stringify(value);
};

/** A plain value that is written as one word or text. */
export const scalar = <T>(read: (value: unknown) => T | undefined, expected: string): Parser<T> => (place) => {
  const value = isScalar(place.node) ? read(place.node.value) : undefined;
  return value ?? report(place, `expected ${expected}, found ${shown(place)}`);
};

/** The items of a list; those that are wrong are left out. */
export const listOf = <T>(item: Parser<T>): Parser<readonly T[]> => (place) => {
  if (!isSeq(place.node)) return report(place, `expected a list, found ${shown(place)}`);
  return place.node.items.flatMap((node, index) => {
    const value = item({ ...place, node, field: `${place.field}[${index}]`, offset: (node as Node | null)?.range?.[0] ?? place.offset });
    return value === undefined ? [] : [value];
  });
};

interface Field<T, Present extends boolean> {
  readonly parse: Parser<T>;
  readonly required: Present;
}
export const required = <T>(parse: Parser<T>): Field<T, true> => ({ parse, required: true });
export const optional = <T>(parse: Parser<T>): Field<T, false> => ({ parse, required: false });

type Fields = { readonly [name: string]: Field<unknown, boolean> };
export type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T, infer P> ? (P extends true ? T : T | undefined) : never };

/**
 * A mapping of these fields and no others. It is read if all that is required is there and nothing in it is wrong. `any case`: names may be written
 * in capitals or not, as Go's decoders take them.
 */
export const mapping = <F extends Fields>(fields: F, names: 'exact' | 'any case' = 'exact'): Parser<Read<F>> => (place) => {
  if (!isMap(place.node)) return report(place, `expected a mapping with ${Object.keys(fields).join(', ')}, found ${shown(place)}`);
  const before = place.errors.length;
  const found: Record<string, unknown> = {};
  for (const pair of place.node.items as readonly Pair<Node, Node | null>[]) {
    const written = isScalar(pair.key) ? String(pair.key.value) : '';
    const name = names === 'exact' || written in fields ? written : (Object.keys(fields).find((field) => field.toLowerCase() === written.toLowerCase()) ?? written);
    const inner: Place = { ...place, node: pair.value, field: place.field === '' ? name : `${place.field}.${name}`, offset: pair.key.range?.[0] ?? place.offset };
    const field = fields[name];
    if (field) found[name] = field.parse(inner);
    else report({ ...inner, node: pair.key }, `unknown field; there are ${Object.keys(fields).join(', ')}`);
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && !(name in found)) report({ ...place, field: place.field === '' ? name : `${place.field}.${name}` }, 'is missing');
  }
  return place.errors.length > before ? undefined : (found as Read<F>);
};

/** Reads further where a value is right by itself, but perhaps not here. */
export const checked = <T>(parse: Parser<T>, problem: (value: T) => string | undefined): Parser<T> => (place) => {
  const value = parse(place);
  const wrong = value === undefined ? undefined : problem(value);
  return wrong === undefined ? value : report(place, wrong);
};
