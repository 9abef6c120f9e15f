import type { DuplicateKeys } from './decode-report.js';
import { readJsonSlowly } from './json-reader.js';

/** A JSON document as the edge reads it, or Go's words for why it is none. */
export type JsonDocument = { readonly value: unknown; readonly duplicates: DuplicateKeys | undefined } | { readonly error: string };

/** Deeper documents are rare, and counting their keys would need a deep stack. */
const recursionLimit = 500;

/** What becomes of a repeated object: Go reads it over the former one where it is a struct, and in its place where it is any value of a map. */
export type Repeated = 'merged' | 'last';

/**
 * Reads JSON as encoding/json of Go does: repeated keys are noticed (the last one wins), and errors have its words.
 * The native parser does the work; a document whose colons are more than its keys has duplicates and is read again slowly.
 */
export function readJson(text: string, repeated: Repeated = 'merged'): JsonDocument {
  const { colons, depth } = measure(text);
  if (depth > recursionLimit) return readJsonSlowly(text, repeated);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return readJsonSlowly(text, repeated);
  }
  return colons === countKeys(value) ? { value, duplicates: undefined } : readJsonSlowly(text, repeated);
}

/** Colons outside of strings, and the deepest nesting. Right for valid JSON; for anything else the parser decides. */
function measure(text: string): { readonly colons: number; readonly depth: number } {
  let colons = 0;
  let depth = 0;
  let open = 0;
  const end = text.length;
  for (let at = 0; at < end; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        let close = text.indexOf('"', at + 1);
        while (close > 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
        at = close < 0 ? end : close;
        break;
      }
      case 0x3a:
        colons++;
        break;
      case 0x7b:
      case 0x5b:
        if (++open > depth) depth = open;
        break;
      case 0x7d:
      case 0x5d:
        open--;
    }
  }
  return { colons, depth };
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === 0x5c) at--;
  return (quote - at) % 2 === 1;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object') keys += countKeys(element);
    return keys;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const key in object) {
    keys++;
    const child = object[key];
    if (typeof child === 'object') keys += countKeys(child);
  }
  return keys;
}
