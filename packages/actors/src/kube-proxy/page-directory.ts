/**
 * What the persistent tables of a kube-proxy have in common: the directory of an extendible hash (Fagin et al., 1979). The first bits
 * of a key's hash choose a page by the directory. An edit copies the directory and the pages that it touches and shares all
 * others; a page that fills up is split without touching the rest.
 */
export interface PageDirectory<P extends Page> {
  /** The directory has 2^(32 - shift) places; a page of lesser depth stands at several, side by side. */
  readonly shift: number;
  readonly pages: readonly P[];
  /** Keys in all pages. */
  readonly size: number;
}

export interface Page {
  /** How many of the first bits of their hash the keys of this page share; at least 1. */
  readonly depth: number;
}

/** A directory that is being changed; `sealDirectory` makes it a table again. */
export interface DirectoryEdit<P extends Page> {
  shift: number;
  pages: P[];
  size: number;
  /** Pages made in this edit, which it may change in place. */
  readonly own: Set<P>;
}

export const newDirectory = <P extends Page>(newPage: (depth: number) => P): PageDirectory<P> => ({ shift: 31, pages: [newPage(1), newPage(1)], size: 0 });

export const editDirectory = <P extends Page>(directory: PageDirectory<P>): DirectoryEdit<P> => ({
  shift: directory.shift,
  pages: directory.pages.slice(),
  size: directory.size,
  own: new Set(),
});

export const sealDirectory = <P extends Page>(edit: DirectoryEdit<P>): PageDirectory<P> => ({ shift: edit.shift, pages: edit.pages, size: edit.size });

/** The page of the keys with this hash, made by `copy` if it is not yet this edit's own. */
export const ownPage = <P extends Page>(edit: DirectoryEdit<P>, code: number, copy: (page: P) => P): P => {
  const page = edit.pages[code >>> edit.shift] as P;
  if (edit.own.has(page)) return page;
  const copied = copy(page);
  place(edit, code, copied);
  return copied;
};

/** Puts `zero` and `one` in the place of a page that was full: the keys whose next bit is 0, and those whose next bit is 1. */
export const replaceByHalves = <P extends Page>(edit: DirectoryEdit<P>, code: number, page: P, zero: P, one: P): void => {
  if (page.depth === 32 - edit.shift) {
    edit.shift--;
    const doubled = new Array<P>(edit.pages.length * 2);
    for (let at = 0; at < doubled.length; at++) doubled[at] = edit.pages[at >>> 1] as P;
    edit.pages = doubled;
  }
  edit.own.delete(page);
  const bit = nextBit(page);
  place(edit, code & ~(1 << bit), zero);
  place(edit, code | (1 << bit), one);
};

/** The bit of the hash that tells the halves of a page apart. */
export const nextBit = (page: Page): number => 31 - page.depth;

const place = <P extends Page>(edit: DirectoryEdit<P>, code: number, page: P): void => {
  const width = 1 << (32 - edit.shift - page.depth);
  const from = ((code >>> edit.shift) & ~(width - 1)) >>> 0;
  edit.pages.fill(page, from, from + width);
  edit.own.add(page);
};
