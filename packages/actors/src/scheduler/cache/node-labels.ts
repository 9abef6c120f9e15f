import { textAt } from '../../api/chosen-keys.js';

/**
 * Labels of nodes as columns: for each key one number per node, the id of its value (0: the node has no such label). Node
 * selectors then compare numbers. Most values of a key are shared; `kubernetes.io/hostname` alone has one per node.
 */
export interface NodeLabels {
  capacity: number;
  readonly keys: Map<string, LabelColumn>;
}

export interface LabelColumn {
  /** Value ids by slot. */
  column: Int32Array;
  readonly ids: Map<string, number>;
  /** Values by id; index 0 stands for absence. Values that no node has any more stay: they are few. */
  readonly values: string[];
}

export const newNodeLabels = (capacity: number): NodeLabels => ({ capacity, keys: new Map() });

export const grownLabels = (labels: NodeLabels, capacity: number): void => {
  labels.capacity = capacity;
  for (const key of labels.keys.values()) {
    const column = new Int32Array(capacity);
    column.set(key.column);
    key.column = column;
  }
};

export const setLabels = (labels: NodeLabels, slot: number, set: Readonly<Record<string, string>> | undefined): void => {
  for (const [name, key] of labels.keys) if (key.column[slot] !== 0 && textAt(set, name) === undefined) key.column[slot] = 0;
  for (const name in set) {
    let key = labels.keys.get(name);
    if (!key) {
      key = { column: new Int32Array(labels.capacity), ids: new Map(), values: [''] };
      labels.keys.set(name, key);
    }
    const value = set[name] as string;
    let id = key.ids.get(value);
    if (id === undefined) {
      id = key.values.length;
      key.ids.set(value, id);
      key.values.push(value);
    }
    key.column[slot] = id;
  }
};
