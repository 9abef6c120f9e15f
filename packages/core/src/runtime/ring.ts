/** A queue over a circular buffer that doubles when full; what it costs when empty is one small array. */
export class Ring<T> {
  #slots: (T | undefined)[] = [undefined, undefined, undefined, undefined];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#resize(this.#length * 2);
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    // A burst must not be paid for ever: an emptied large ring gives its memory back.
    if (this.#length === 0 && this.#slots.length > 1024) this.#resize(4);
    return item;
  }

  /** Takes out the item at `index` (0 is the oldest) by letting the oldest take its place. */
  takeUnordered(index: number): T | undefined {
    const mask = this.#slots.length - 1;
    const at = (this.#head + index) & mask;
    const item = this.#slots[at];
    this.#slots[at] = this.#slots[this.#head];
    this.#slots[this.#head] = item;
    return this.shift();
  }

  /** Takes out the oldest item that `fits`; the others keep their order. */
  takeFirst(fits: (item: T) => boolean): T | undefined {
    const mask = this.#slots.length - 1;
    let at = 0;
    while (at < this.#length && !fits(this.#slots[(this.#head + at) & mask] as T)) at++;
    if (at === this.#length) return undefined;
    const item = this.#slots[(this.#head + at) & mask];
    for (; at > 0; at--) this.#slots[(this.#head + at) & mask] = this.#slots[(this.#head + at - 1) & mask];
    this.shift();
    return item;
  }

  clear(): void {
    this.#slots = [undefined, undefined, undefined, undefined];
    this.#head = 0;
    this.#length = 0;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T;
  }

  #resize(size: number): void {
    const slots = new Array<T | undefined>(size);
    for (let i = 0; i < this.#length; i++) slots[i] = this.#slots[(this.#head + i) & (this.#slots.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
