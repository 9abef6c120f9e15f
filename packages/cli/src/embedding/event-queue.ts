/** What has happened, for one who takes it one by one with `for await`. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #waiting: T[] = [];
  readonly #takers: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = [];
  readonly #left: () => void;
  #over = false;
  #error: unknown;

  /** `left` is called once, when nobody takes any more. */
  constructor(left: () => void) {
    this.#left = left;
  }

  add(event: T): void {
    if (this.#over) return;
    const taker = this.#takers.shift();
    if (taker) taker.resolve({ value: event, done: false });
    else this.#waiting.push(event);
  }

  /** Ends the events; who waits for one is told, or sees the error. */
  end(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#left();
    const takers = this.#takers.splice(0);
    // Whoever waits first sees it; if nobody does, whoever comes next.
    const first = error === undefined ? undefined : takers.shift();
    if (first) first.reject(error);
    else this.#error = error;
    for (const taker of takers) taker.resolve({ value: undefined, done: true });
  }

  async next(): Promise<IteratorResult<T>> {
    const first = this.#waiting.shift();
    if (first !== undefined) return { value: first, done: false };
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    if (this.#over) return { value: undefined, done: true };
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<T>> {
    this.#waiting.length = 0;
    this.end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
