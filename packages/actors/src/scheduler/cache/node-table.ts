import type { Node, Taint } from '../../api/generated/types.js';
import { quantity } from '../../api/quantity.js';
import { type NodeImages, grownImages, newNodeImages, setImages } from './node-images.js';
import { type NodeLabels, grownLabels, newNodeLabels, setLabels } from './node-labels.js';
import { type NodeOrder, dropNode, newNodeOrder, placeNode, zoneKey } from './node-order.js';
import { type HostPorts, newHostPorts } from './host-ports.js';

/**
 * What the scheduler knows of nodes: a struct of arrays. A node is a slot, a fact a column of a typed array, so that a plugin
 * that looks at five hundred nodes walks along memory. Texts (labels, taints, images) are interned to small numbers. All plain data.
 *
 * The real scheduler copies its cache into a snapshot at the start of a cycle, because other goroutines change the cache meanwhile.
 * Here a cycle is one step of an actor, nothing changes meanwhile, and the table is the snapshot: keeping it costs what changed.
 */
export interface NodeTable {
  capacity: number;
  /** Slots in use, present or not, are below this. */
  size: number;
  /** Counts the changes of anything in the table. */
  generation: number;
  readonly slots: Map<string, number>;
  readonly names: string[];
  readonly free: number[];
  readonly order: NodeOrder;
  /** 1 where the Node object exists; a slot without one only counts the pods that name that node. */
  present: Uint8Array;
  /** `spec.unschedulable`. */
  unschedulable: Uint8Array;
  unschedulableCount: number;
  /** Which list of taints, an index of `taintLists`; 0 is none. */
  taints: Int32Array;
  taintedCount: number;
  readonly taintIds: Map<string, number>;
  readonly taintLists: (readonly Taint[])[];
  readonly labels: NodeLabels;
  readonly images: NodeImages;
  readonly hostPorts: HostPorts;

  allocatableMilliCPU: Float64Array;
  allocatableMemory: Float64Array;
  allocatableEphemeralStorage: Float64Array;
  allocatablePods: Float64Array;
  requestedMilliCPU: Float64Array;
  requestedMemory: Float64Array;
  requestedEphemeralStorage: Float64Array;
  /** As `requested`, but what asks for nothing counts with the defaults of scoring. */
  nonZeroMilliCPU: Float64Array;
  nonZeroMemory: Float64Array;
  podCount: Float64Array;
  /** Extended resources and huge pages, by name. */
  readonly scalars: Map<string, ScalarColumns>;
}

export interface ScalarColumns {
  allocatable: Float64Array;
  requested: Float64Array;
}

const FIRST_CAPACITY = 64;

export const newNodeTable = (capacity = FIRST_CAPACITY): NodeTable => ({
  capacity,
  size: 0,
  generation: 0,
  slots: new Map(),
  names: [],
  free: [],
  order: newNodeOrder(),
  present: new Uint8Array(capacity),
  unschedulable: new Uint8Array(capacity),
  unschedulableCount: 0,
  taints: new Int32Array(capacity),
  taintedCount: 0,
  taintIds: new Map([['[]', 0]]),
  taintLists: [[]],
  labels: newNodeLabels(capacity),
  images: newNodeImages(capacity),
  hostPorts: newHostPorts(),
  allocatableMilliCPU: new Float64Array(capacity),
  allocatableMemory: new Float64Array(capacity),
  allocatableEphemeralStorage: new Float64Array(capacity),
  allocatablePods: new Float64Array(capacity),
  requestedMilliCPU: new Float64Array(capacity),
  requestedMemory: new Float64Array(capacity),
  requestedEphemeralStorage: new Float64Array(capacity),
  nonZeroMilliCPU: new Float64Array(capacity),
  nonZeroMemory: new Float64Array(capacity),
  podCount: new Float64Array(capacity),
  scalars: new Map(),
});

const grownFloats = (column: Float64Array, capacity: number): Float64Array => {
  const grown = new Float64Array(capacity);
  grown.set(column);
  return grown;
};

const grow = (table: NodeTable): void => {
  const capacity = table.capacity * 2;
  const bytes = (column: Uint8Array): Uint8Array => {
    const grown = new Uint8Array(capacity);
    grown.set(column);
    return grown;
  };
  table.present = bytes(table.present);
  table.unschedulable = bytes(table.unschedulable);
  const taints = new Int32Array(capacity);
  taints.set(table.taints);
  table.taints = taints;
  table.allocatableMilliCPU = grownFloats(table.allocatableMilliCPU, capacity);
  table.allocatableMemory = grownFloats(table.allocatableMemory, capacity);
  table.allocatableEphemeralStorage = grownFloats(table.allocatableEphemeralStorage, capacity);
  table.allocatablePods = grownFloats(table.allocatablePods, capacity);
  table.requestedMilliCPU = grownFloats(table.requestedMilliCPU, capacity);
  table.requestedMemory = grownFloats(table.requestedMemory, capacity);
  table.requestedEphemeralStorage = grownFloats(table.requestedEphemeralStorage, capacity);
  table.nonZeroMilliCPU = grownFloats(table.nonZeroMilliCPU, capacity);
  table.nonZeroMemory = grownFloats(table.nonZeroMemory, capacity);
  table.podCount = grownFloats(table.podCount, capacity);
  for (const columns of table.scalars.values()) {
    columns.allocatable = grownFloats(columns.allocatable, capacity);
    columns.requested = grownFloats(columns.requested, capacity);
  }
  grownLabels(table.labels, capacity);
  grownImages(table.images, capacity);
  table.capacity = capacity;
};

/** The slot of a node, made if a pod or a Node object names it for the first time. */
export const slotOf = (table: NodeTable, name: string): number => {
  const known = table.slots.get(name);
  if (known !== undefined) return known;
  let slot = table.free.pop();
  if (slot === undefined) {
    if (table.size === table.capacity) grow(table);
    slot = table.size++;
  }
  table.slots.set(name, slot);
  table.names[slot] = name;
  return slot;
};

export const scalarColumns = (table: NodeTable, name: string): ScalarColumns => {
  let columns = table.scalars.get(name);
  if (!columns) {
    columns = { allocatable: new Float64Array(table.capacity), requested: new Float64Array(table.capacity) };
    table.scalars.set(name, columns);
  }
  return columns;
};

/** Adds a Node object or takes over its new version. Returns its slot. */
export const setNode = (table: NodeTable, node: Node): number => {
  const slot = slotOf(table, node.metadata.name ?? '');
  table.generation++;
  table.present[slot] = 1;
  const unschedulable = node.spec?.unschedulable === true ? 1 : 0;
  table.unschedulableCount += unschedulable - (table.unschedulable[slot] as number);
  table.unschedulable[slot] = unschedulable;
  setTaints(table, slot, node.spec?.taints);
  setAllocatable(table, slot, node.status?.allocatable);
  setLabels(table.labels, slot, node.metadata.labels);
  setImages(table.images, slot, node.status?.images);
  placeNode(table.order, slot, zoneKey(node.metadata.labels));
  return slot;
};

/** Forgets a Node object. Pods that still name it keep their slot until they are gone (`releaseSlot`). */
export const removeNode = (table: NodeTable, name: string): void => {
  const slot = table.slots.get(name);
  if (slot === undefined || table.present[slot] === 0) return;
  table.generation++;
  table.present[slot] = 0;
  table.unschedulableCount -= table.unschedulable[slot] as number;
  table.unschedulable[slot] = 0;
  setTaints(table, slot, undefined);
  setAllocatable(table, slot, undefined);
  setLabels(table.labels, slot, undefined);
  setImages(table.images, slot, undefined);
  dropNode(table.order, slot);
  releaseSlot(table, slot);
};

/** Gives a slot back once neither a Node object nor a pod needs it. */
export const releaseSlot = (table: NodeTable, slot: number): void => {
  if (table.present[slot] !== 0 || table.podCount[slot] !== 0) return;
  table.slots.delete(table.names[slot] as string);
  table.names[slot] = '';
  table.free.push(slot);
};

const setTaints = (table: NodeTable, slot: number, taints: readonly Taint[] | undefined): void => {
  let id = 0;
  if (taints?.length) {
    const text = JSON.stringify(taints.map(({ key, value, effect }) => [key, value ?? '', effect]));
    const known = table.taintIds.get(text);
    id = known ?? table.taintLists.length;
    if (known === undefined) {
      table.taintIds.set(text, id);
      table.taintLists.push(taints);
    }
  }
  table.taintedCount += (id === 0 ? 0 : 1) - (table.taints[slot] === 0 ? 0 : 1);
  table.taints[slot] = id;
};

const setAllocatable = (table: NodeTable, slot: number, allocatable: Readonly<Record<string, string>> | undefined): void => {
  table.allocatableMilliCPU[slot] = 0;
  table.allocatableMemory[slot] = 0;
  table.allocatableEphemeralStorage[slot] = 0;
  table.allocatablePods[slot] = 0;
  for (const columns of table.scalars.values()) columns.allocatable[slot] = 0;
  for (const name in allocatable) {
    const text = allocatable[name] as string;
    if (name === 'cpu') table.allocatableMilliCPU[slot] = quantity(text).milliValue;
    else if (name === 'memory') table.allocatableMemory[slot] = quantity(text).value;
    else if (name === 'ephemeral-storage') table.allocatableEphemeralStorage[slot] = quantity(text).value;
    else if (name === 'pods') table.allocatablePods[slot] = quantity(text).value;
    else scalarColumns(table, name).allocatable[slot] = quantity(text).value;
  }
};
