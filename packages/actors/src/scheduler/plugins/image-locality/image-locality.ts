import { MAX_NODE_SCORE } from '../../framework/normalize.js';
import { definePlugin } from '../../framework/plugin.js';

const MEBIBYTE = 1024 * 1024;
/** Images below this sum count nothing (`minThreshold`). */
const LEAST = 23 * MEBIBYTE;
/** From this sum per container on the score is full (`maxContainerThreshold`). */
const MOST_PER_CONTAINER = 1000 * MEBIBYTE;

interface Wanted {
  /** 1 by slot where the image lies. */
  readonly column: Uint8Array;
  /** Its size, scaled by the part of the nodes that have it, against everybody running to one node. */
  readonly size: number;
}

interface State {
  readonly images: readonly Wanted[];
  readonly containers: number;
}

/** `name` means `name:latest`; nothing else is normalised. */
const normalizedName = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image);

/** Prefers nodes that have the images already (plugins/imagelocality). Image volumes add to the sum but not to the count. */
export const imageLocality = definePlugin<undefined, State>({
  name: 'ImageLocality',
  preScore: ({ pod: { spec } }, table) => {
    const images: Wanted[] = [];
    const add = (name: string): void => {
      const image = table.images.byName.get(normalizedName(name));
      if (image) images.push({ column: image.column, size: Math.trunc(image.sizeBytes * (image.nodes / table.order.count)) });
    };
    for (const container of spec.initContainers ?? []) add(container.image ?? '');
    for (const container of spec.containers) add(container.image ?? '');
    for (const volume of spec.volumes ?? []) if (volume.image) add(volume.image.reference ?? '');
    if (images.length === 0) return { type: 'same', raw: 0, normalized: 0 };
    return { type: 'success', state: { images, containers: spec.containers.length + (spec.initContainers?.length ?? 0) } };
  },
  score: ({ images, containers }, _pod, _table, nodes, count, scores) => {
    const most = MOST_PER_CONTAINER * containers;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      let sum = 0;
      for (const { column, size } of images) if (column[node] === 1) sum += size;
      sum = sum < LEAST ? LEAST : sum > most ? most : sum;
      scores[at] = Math.trunc((MAX_NODE_SCORE * (sum - LEAST)) / (most - LEAST));
    }
  },
});
