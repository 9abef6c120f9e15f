/**
 * The keys of the store in order, as a two-level B-tree: pages of up to `PAGE_KEYS` sorted keys, in an array that is sorted by their
 * first keys. A million keys are some five thousand pages, so one binary search finds the page and another the key.
 * Each page knows how many of its keys are live (the others were deleted and wait for compaction), so that a range is counted by
 * pages. Keys are compared by UTF-16 code units, which is etcd's order of bytes for all keys of Kubernetes.
 */
export interface KeyPage {
  readonly keys: string[];
  live: number;
  /** The newest revision that created or deleted one of these keys: from there on `live` is the count of every revision. */
  changed: number;
}

export interface KeyIndex {
  readonly pages: KeyPage[];
  /** The first key of each page: a search among thousands of pages looks at no page but the one that it finds. */
  readonly firsts: string[];
}

export const PAGE_KEYS = 256;

export const emptyKeyIndex = (): KeyIndex => ({ pages: [], firsts: [] });

/** The page that holds `key`, or would hold it. -1: there is no page. */
export const pageAt = (index: KeyIndex, key: string): number => {
  const { firsts } = index;
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((firsts[middle] as string) <= key) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? (firsts.length === 0 ? -1 : 0) : low - 1;
};

/** The place of the first of `keys` that is not before `key`. */
export const lowerBound = (keys: readonly string[], key: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Adds a key that is not in the index yet, as a live one. `isLive` is asked where a full page is halved. */
export const insertKey = (index: KeyIndex, key: string, revision: number, isLive: (key: string) => boolean): void => {
  const { pages, firsts } = index;
  let at = pageAt(index, key);
  if (at < 0) {
    pages.push({ keys: [key], live: 1, changed: revision });
    firsts.push(key);
    return;
  }
  let page = pages[at] as KeyPage;
  if (page.keys.length >= PAGE_KEYS) {
    if (at === pages.length - 1 && key > (page.keys[page.keys.length - 1] as string)) {
      // Keys that arrive in order fill their pages.
      pages.push({ keys: [key], live: 1, changed: revision });
      firsts.push(key);
      return;
    }
    const half = page.keys.splice(PAGE_KEYS / 2);
    const live = page.live === PAGE_KEYS ? half.length : half.reduce((count, each) => (isLive(each) ? count + 1 : count), 0);
    page.live -= live;
    const upper: KeyPage = { keys: half, live, changed: page.changed };
    pages.splice(at + 1, 0, upper);
    firsts.splice(at + 1, 0, half[0] as string);
    if (key > (half[0] as string)) {
      at += 1;
      page = upper;
    }
  }
  const place = lowerBound(page.keys, key);
  page.keys.splice(place, 0, key);
  if (place === 0) firsts[at] = key;
  page.live += 1;
  page.changed = revision;
};

/** Notes that a key of the index was deleted (-1) or created again (+1). */
export const noteLife = (index: KeyIndex, key: string, by: 1 | -1, revision: number): void => {
  const page = index.pages[pageAt(index, key)] as KeyPage;
  page.live += by;
  page.changed = revision;
};

/** Takes out a key that is not live. Pages that have become small are joined with the next one. */
export const removeKey = (index: KeyIndex, key: string): void => {
  const { pages, firsts } = index;
  const at = pageAt(index, key);
  const page = pages[at] as KeyPage;
  page.keys.splice(lowerBound(page.keys, key), 1);
  const [first] = page.keys;
  if (first === undefined) {
    pages.splice(at, 1);
    firsts.splice(at, 1);
    return;
  }
  firsts[at] = first;
  const next = pages[at + 1];
  if (next === undefined || page.keys.length + next.keys.length > PAGE_KEYS / 2) return;
  pages[at] = { keys: page.keys.concat(next.keys), live: page.live + next.live, changed: Math.max(page.changed, next.changed) };
  pages.splice(at + 1, 1);
  firsts.splice(at + 1, 1);
};

/** Visits up to `limit` keys from `from` on, in order; says where to go on, or undefined at the end. */
export const visitKeys = (index: KeyIndex, from: string, limit: number, visit: (key: string) => void): string | undefined => {
  const { pages } = index;
  const first = Math.max(pageAt(index, from), 0);
  let visited = 0;
  for (let p = first; p < pages.length; p++) {
    const { keys } = pages[p] as KeyPage;
    for (let i = p === first ? lowerBound(keys, from) : 0; i < keys.length; i++) {
      if (visited === limit) return keys[i];
      visited += 1;
      visit(keys[i] as string);
    }
  }
  return undefined;
};
