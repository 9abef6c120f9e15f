import type { PodSpec } from '../../api/generated/types.js';
import { isAlike } from '../equality.js';

type Fields = Readonly<Record<string, unknown>>;

/** Specs that begin with one image, so many of each; and so many such images. */
const MOST_ALIKE = 8;
const MOST_IMAGES = 512;

interface Alike {
  readonly specs: PodSpec[];
  next: number;
}

const byImage = new Map<string, Alike>();

/**
 * One object for specs that are alike. A template arrives with its Deployment, with each ReplicaSet and with its pods, decoded anew
 * each time; as one object it is defaulted, validated and walked once.
 */
export const internedSpec = (spec: PodSpec): PodSpec => {
  const image: unknown = Array.isArray(spec?.containers) ? (spec.containers[0] as Fields | null | undefined)?.['image'] : undefined;
  if (typeof image !== 'string') return spec;
  let alike = byImage.get(image);
  if (alike === undefined) {
    if (byImage.size >= MOST_IMAGES) byImage.clear();
    alike = { specs: [], next: 0 };
    byImage.set(image, alike);
  }
  const { specs } = alike;
  for (let i = 0; i < specs.length; i++) if (isAlike(specs[i], spec)) return specs[i] as PodSpec;
  specs[alike.next] = spec;
  alike.next = (alike.next + 1) % MOST_ALIKE;
  return spec;
};
