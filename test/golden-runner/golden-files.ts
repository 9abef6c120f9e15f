import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MalformedCase, UnreadableFolder } from './golden-set.js';

/** The names of the entries of a folder in order; an `UnreadableFolder` says why there are none. */
export const entriesOf = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new UnreadableFolder(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

export const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** Paths of the files in a folder whose names end so. */
export const filesOf = (folder: string, ending: string): string[] => entriesOf(folder).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));

/** A case of a file of its own, or of a line of one (`where` then names the line too). */
export const parseCase = <T extends object>(where: string, text: string, shape: Readonly<Record<string, 'string' | 'array' | 'object'>>): T => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MalformedCase(where, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (kindOf(value) !== 'object') throw new MalformedCase(where, `an object was expected, and this is ${kindOf(value)}`);
  for (const [field, kind] of Object.entries(shape)) {
    const found = kindOf((value as Readonly<Record<string, unknown>>)[field]);
    if (found !== kind) throw new MalformedCase(where, `the field "${field}" should be of the type ${kind} and is ${found === 'undefined' ? 'missing' : `of the type ${found}`}`);
  }
  return value as T;
};

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

export const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableFolder(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The cases of a file of one a line. */
export const parseLines = <T extends object>(path: string, shape: Readonly<Record<string, 'string' | 'array' | 'object'>>): T[] =>
  readText(path)
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [parseCase<T>(`${path}:${at + 1}`, line, shape)]));

/** Makes a case of what a file holds; whatever is wrong with it is said with the name of the file. */
export const caseFrom = <T>(where: string, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    if (error instanceof MalformedCase) throw error;
    throw new MalformedCase(where, error instanceof Error ? error.message : String(error));
  }
};
