import type { PodSpec } from '../../api/generated/types.js';

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

/** Whether two values of plain data are the same down to the order of their keys: nobody could tell their bytes apart. */
export const isAlike = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!isAlike(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (others[i] !== key || !isAlike((a as Fields)[key], (b as Fields)[key])) return false;
  }
  return true;
};
