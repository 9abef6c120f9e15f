/** One term of a field selector: `spec.nodeName=node-1`. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * Reads a field selector in the grammar, and with the errors, of fields.ParseSelector of apimachinery 0.36. Which fields a kind has is
 * asked later (`field label not supported: ...`). Commas, equal signs and backslashes of a value are escaped by a backslash.
 */
export function parseFieldSelector(text: string): { readonly requirements: readonly FieldRequirement[] } | { readonly error: string } {
  const requirements: FieldRequirement[] = [];
  const terms = splitTerms(text).sort();
  for (const term of terms) {
    if (term === '') continue;
    const at = findOperator(term);
    if (at === undefined) return { error: `invalid selector: '${text}'; can't understand '${term}'` };
    const value = unescapeValue(term.slice(at.index + at.operator.length));
    if ('error' in value) return { error: `invalid field selector: ${value.error}` };
    requirements.push({ field: term.slice(0, at.index), operator: at.operator === '!=' ? '!=' : '=', value: value.value });
  }
  return { requirements };
}

/** True if the fields of an object, as `valueOf` tells them (absent: empty), meet all terms. */
export function matchesFields(requirements: readonly FieldRequirement[], valueOf: (field: string) => string): boolean {
  for (const { field, operator, value } of requirements) if ((valueOf(field) === value) !== (operator === '=')) return false;
  return true;
}

/** The value that a selector demands of a field, or undefined: `metadata.name=x` lets a list become a get. */
export function requiredField(requirements: readonly FieldRequirement[], field: string): string | undefined {
  return requirements.find((requirement) => requirement.field === field && requirement.operator === '=')?.value;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function findOperator(term: string): { readonly index: number; readonly operator: '=' | '==' | '!=' } | undefined {
  for (let at = 0; at < term.length; at++) {
    if (term.startsWith('!=', at)) return { index: at, operator: '!=' };
    if (term.startsWith('==', at)) return { index: at, operator: '==' };
    if (term.charAt(at) === '=') return { index: at, operator: '=' };
  }
  return undefined;
}

function unescapeValue(text: string): { readonly value: string } | { readonly error: string } {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const c = text.charAt(at);
    if (c === '\\') {
      const next = text.charAt(++at);
      if (next !== '\\' && next !== ',' && next !== '=') return { error: `invalid escape sequence: \\${next}` };
      value += next;
    } else if (c === ',' || c === '=') return { error: `unescaped character in value: ${c.charCodeAt(0)}` };
    else value += c;
  }
  return { value };
}
