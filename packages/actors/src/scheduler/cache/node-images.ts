import type { ContainerImage } from '../../api/generated/types.js';

/** Which images lie on which nodes (backend/cache `imageStates`): an image has one size, that which its first node reported. */
export interface NodeImages {
  capacity: number;
  readonly byName: Map<string, ImageState>;
  /** Names that a node reported, by slot. */
  readonly names: (readonly string[] | undefined)[];
}

export interface ImageState {
  readonly sizeBytes: number;
  nodes: number;
  /** 1 by slot where the image lies. */
  column: Uint8Array;
}

export const newNodeImages = (capacity: number): NodeImages => ({ capacity, byName: new Map(), names: [] });

export const grownImages = (images: NodeImages, capacity: number): void => {
  images.capacity = capacity;
  for (const image of images.byName.values()) {
    const column = new Uint8Array(capacity);
    column.set(image.column);
    image.column = column;
  }
};

export const setImages = (images: NodeImages, slot: number, reported: readonly ContainerImage[] | undefined): void => {
  const former = images.names[slot];
  if (former === undefined && !reported?.length) return;
  if (former && sameNames(former, reported)) return;
  for (const name of former ?? []) forget(images, name, slot);
  const names: string[] = [];
  for (const image of reported ?? []) {
    for (const name of image.names ?? []) {
      names.push(name);
      remember(images, name, image.sizeBytes ?? 0, slot);
    }
  }
  images.names[slot] = names.length ? names : undefined;
};

/** Nodes report anew every few minutes, nearly always the same. */
const sameNames = (former: readonly string[], reported: readonly ContainerImage[] | undefined): boolean => {
  let at = 0;
  for (const image of reported ?? []) for (const name of image.names ?? []) if (former[at++] !== name) return false;
  return at === former.length;
};

const remember = (images: NodeImages, name: string, sizeBytes: number, slot: number): void => {
  let image = images.byName.get(name);
  if (!image) {
    image = { sizeBytes, nodes: 0, column: new Uint8Array(images.capacity) };
    images.byName.set(name, image);
  }
  if (image.column[slot] !== 0) return;
  image.column[slot] = 1;
  image.nodes++;
};

const forget = (images: NodeImages, name: string, slot: number): void => {
  const image = images.byName.get(name);
  if (!image || image.column[slot] === 0) return;
  image.column[slot] = 0;
  if (--image.nodes === 0) images.byName.delete(name);
};
