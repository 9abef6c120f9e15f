/** A binary heap whose items can be found, changed and removed by key. The order is given at each call, so that the heap stays plain data. */
export interface KeyedHeap<T> {
  readonly items: T[];
  readonly keys: string[];
  readonly positions: Map<string, number>;
}

export type Less<T> = (a: T, b: T) => boolean;

export const newKeyedHeap = <T>(): KeyedHeap<T> => ({ items: [], keys: [], positions: new Map() });

export const heapGet = <T>(heap: KeyedHeap<T>, key: string): T | undefined => {
  const at = heap.positions.get(key);
  return at === undefined ? undefined : heap.items[at];
};

/** Adds an item, or puts it where it belongs after a change. */
export const heapPut = <T>(heap: KeyedHeap<T>, key: string, item: T, less: Less<T>): void => {
  let at = heap.positions.get(key);
  if (at === undefined) {
    at = heap.items.length;
    heap.items.push(item);
    heap.keys.push(key);
    heap.positions.set(key, at);
  } else heap.items[at] = item;
  if (!up(heap, at, less)) down(heap, at, less);
};

export const heapPeek = <T>(heap: KeyedHeap<T>): T | undefined => heap.items[0];

export const heapPop = <T>(heap: KeyedHeap<T>, less: Less<T>): T | undefined => {
  const key = heap.keys[0];
  return key === undefined ? undefined : heapDelete(heap, key, less);
};

export const heapDelete = <T>(heap: KeyedHeap<T>, key: string, less: Less<T>): T | undefined => {
  const at = heap.positions.get(key);
  if (at === undefined) return undefined;
  const last = heap.items.length - 1;
  swap(heap, at, last);
  const item = heap.items.pop();
  heap.keys.pop();
  heap.positions.delete(key);
  if (at < last && !up(heap, at, less)) down(heap, at, less);
  return item;
};

const swap = <T>(heap: KeyedHeap<T>, a: number, b: number): void => {
  if (a === b) return;
  const { items, keys, positions } = heap;
  const [itemA, itemB, keyA, keyB] = [items[a] as T, items[b] as T, keys[a] as string, keys[b] as string];
  items[a] = itemB;
  items[b] = itemA;
  keys[a] = keyB;
  keys[b] = keyA;
  positions.set(keyA, b);
  positions.set(keyB, a);
};

const up = <T>(heap: KeyedHeap<T>, from: number, less: Less<T>): boolean => {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!less(heap.items[at] as T, heap.items[parent] as T)) break;
    swap(heap, at, parent);
    at = parent;
  }
  return at !== from;
};

const down = <T>(heap: KeyedHeap<T>, from: number, less: Less<T>): void => {
  const size = heap.items.length;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) return;
    if (child + 1 < size && less(heap.items[child + 1] as T, heap.items[child] as T)) child++;
    if (!less(heap.items[child] as T, heap.items[at] as T)) return;
    swap(heap, at, child);
    at = child;
  }
};
