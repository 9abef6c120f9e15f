/** An item of a bag: numbered in the order in which such things begin. */
export interface Bagged {
  readonly id: number;
  /** Where it lies; the bag's own. */
  place: number;
}

/**
 * What comes and goes by the thousand each second. A Map would copy itself into a new table every so often, as those that left still count, and the
 * former table, once it is among V8's old objects, keeps alive whatever lay in it until these are collected: most of what is short-lived would grow old.
 */
export class Bag<T extends Bagged> {
  readonly #items: (T | undefined)[] = [];
  #size = 0;

  add(item: T): void {
    item.place = this.#size;
    this.#items[this.#size++] = item;
  }

  /** Takes out what lies here, and nothing if it does not. The last one takes its place. */
  delete(item: T): void {
    if (this.#items[item.place] !== item) return;
    const last = this.#items[--this.#size] as T;
    this.#items[item.place] = last;
    last.place = item.place;
    this.#items[this.#size] = undefined;
  }

  /** All of them, the oldest first. */
  list(): T[] {
    return (this.#items.slice(0, this.#size) as T[]).sort((a, b) => a.id - b.id);
  }
}
