/** A stretch of lines that both texts have: `size` lines from `a` and from `b` on. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

/** What becomes of lines `a1` to `a2` of the first text: lines `b1` to `b2` of the second. */
interface Change {
  readonly same: boolean;
  readonly a1: number;
  readonly a2: number;
  readonly b1: number;
  readonly b2: number;
}

/** Unchanged lines around what changed. */
const CONTEXT = 3;
/** From this many lines on, lines that occur in more than a hundredth of all start no match. */
const POPULAR_FROM = 200;

/**
 * The unified diff of two texts without file names, as go-difflib 1.0 writes it, which messages of the API server show
 * (apimachinery/pkg/util/diff). Another diff would be as right, but not the same text.
 */
export const unifiedDiff = (before: string, after: string): string => {
  const a = before.split('\n');
  const b = after.split('\n');
  return grouped(changesOf(a, b)).map((group) => hunk(group, a, b)).join('');
};

const hunk = (group: readonly Change[], a: readonly string[], b: readonly string[]): string => {
  const first = group[0] as Change;
  const last = group.at(-1) as Change;
  const lines = group.flatMap(({ same, a1, a2, b1, b2 }) =>
    same ? a.slice(a1, a2).map((line) => ` ${line}\n`) : [...a.slice(a1, a2).map((line) => `-${line}\n`), ...b.slice(b1, b2).map((line) => `+${line}\n`)],
  );
  return `@@ -${range(first.a1, last.a2)} +${range(first.b1, last.b2)} @@\n${lines.join('')}`;
};

const range = (from: number, to: number): string => {
  const length = to - from;
  if (length === 1) return `${from + 1}`;
  // An empty range begins at the line before it.
  return length === 0 ? `${from},0` : `${from + 1},${length}`;
};

const longestMatch = (a: readonly string[], b: readonly string[], places: ReadonlyMap<string, readonly number[]>, { a1, a2, b1, b2 }: Change): Match => {
  let best = { a: a1, b: b1, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = a1; i < a2; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] as string) ?? []) {
      if (j < b1) continue;
      if (j >= b2) break;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best.size) best = { a: i - length + 1, b: j - length + 1, size: length };
    }
    lengths = next;
  }
  // Popular lines do not start a match, but may belong to one.
  let { a: i, b: j, size } = best;
  while (i > a1 && j > b1 && a[i - 1] === b[j - 1]) {
    i--;
    j--;
    size++;
  }
  while (i + size < a2 && j + size < b2 && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
};

const changesOf = (a: readonly string[], b: readonly string[]): readonly Change[] => {
  const places = new Map<string, number[]>();
  b.forEach((line, at) => {
    const known = places.get(line);
    if (known) known.push(at);
    else places.set(line, [at]);
  });
  if (b.length >= POPULAR_FROM) for (const [line, at] of places) if (at.length > Math.floor(b.length / 100) + 1) places.delete(line);
  const matches: Match[] = [];
  const match = (whole: Change): void => {
    const found = longestMatch(a, b, places, whole);
    if (found.size === 0) return;
    if (whole.a1 < found.a && whole.b1 < found.b) match(Object.assign({}, whole, { a2: found.a, b2: found.b }));
    matches.push(found);
    if (found.a + found.size < whole.a2 && found.b + found.size < whole.b2) match(Object.assign({}, whole, { a1: found.a + found.size, b1: found.b + found.size }));
  };
  match({ same: false, a1: 0, a2: a.length, b1: 0, b2: b.length });
  return between(joined(matches), a.length, b.length);
};

const joined = (matches: readonly Match[]): Match[] => {
  const out: Match[] = [];
  for (const found of matches) {
    const last = out.at(-1);
    if (last && last.a + last.size === found.a && last.b + last.size === found.b) out[out.length - 1] = Object.assign({}, last, { size: last.size + found.size });
    else out.push(found);
  }
  return out;
};

/** The matches, and what stands between, before and after them. */
const between = (matches: readonly Match[], aLength: number, bLength: number): Change[] => {
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  for (const { a, b, size } of [...matches, { a: aLength, b: bLength, size: 0 }]) {
    if (i < a || j < b) changes.push({ same: false, a1: i, a2: a, b1: j, b2: b });
    [i, j] = [a + size, b + size];
    if (size > 0) changes.push({ same: true, a1: a, a2: i, b1: b, b2: j });
  }
  return changes;
};

/** Changes with no more than `CONTEXT` unchanged lines around them; those that are near one another share a hunk. */
const grouped = (changes: readonly Change[]): readonly (readonly Change[])[] => {
  const groups: Change[][] = [];
  let group: Change[] = [];
  changes.forEach((change, at) => {
    const isFirst = at === 0;
    const isLast = at === changes.length - 1;
    let { a1, a2, b1, b2 } = change;
    if (change.same && isFirst) [a1, b1] = [Math.max(a1, a2 - CONTEXT), Math.max(b1, b2 - CONTEXT)];
    if (change.same && isLast) [a2, b2] = [Math.min(a2, a1 + CONTEXT), Math.min(b2, b1 + CONTEXT)];
    if (change.same && !isFirst && !isLast && a2 - a1 > 2 * CONTEXT) {
      groups.push([...group, { same: true, a1, a2: a1 + CONTEXT, b1, b2: b1 + CONTEXT }]);
      group = [];
      [a1, b1] = [a2 - CONTEXT, b2 - CONTEXT];
    }
    group.push({ same: change.same, a1, a2, b1, b2 });
  });
  if (group.some(({ same }) => !same)) groups.push(group);
  return groups;
};
