/**
 * Finds the fields of two structs that are not one and the same value. A loop over names costs most of what a comparison does: each of
 * its loads sees objects of all shapes. So types that are compared often get code of their own, whose loads see few.
 */
export interface FieldFinder {
  readonly names: readonly string[];
  uses: number;
  find: Find;
}

type Fields = Readonly<Record<string, unknown>>;

/** Writes the number, the value before and the value after of each such field to `found`, from `at` on; says where the next would stand. */
type Find = (before: Fields, after: Fields, found: unknown[], at: number) => number;

/** A thread that compares few of a type is done before its code would be compiled. */
const COMPILED_AFTER = 64;

export const fieldFinder = (names: readonly string[]): FieldFinder => ({ names, uses: 0, find: byName(names) });

export const findDiffering = (finder: FieldFinder, before: Fields, after: Fields, found: unknown[], at: number): number => {
  if (finder.uses <= COMPILED_AFTER && finder.uses++ === COMPILED_AFTER) finder.find = compiled(finder.names);
  return finder.find(before, after, found, at);
};

const byName = (names: readonly string[]): Find => (before, after, found, at) => {
  let end = at;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const left = before[name];
    const right = after[name];
    if (left === right) continue;
    found[end] = i;
    found[end + 1] = left;
    found[end + 2] = right;
    end += 3;
  }
  return end;
};

const compiled = (names: readonly string[]): Find => {
  const steps = names.map((name, i) => {
    const field = JSON.stringify(name);
    return `left = before[${field}]; right = after[${field}];\nif (left !== right) { found[end] = ${i}; found[end + 1] = left; found[end + 2] = right; end += 3; }`;
  });
  return new Function('before', 'after', 'found', 'at', `let end = at; let left; let right;\n${steps.join('\n')}\nreturn end;`) as Find;
};
