import type { ObjectHeader } from '../api/object.js';

type Labels = NonNullable<ObjectHeader['labels']>;

/**
 * A header for one that is kept for each of many pods. Strings that were decoded together are pieces of one text, and each piece keeps
 * the whole; so names are copied, and what many pods have alike is kept once.
 */
export const leanHeader = (header: ObjectHeader, former: ObjectHeader | undefined): ObjectHeader => {
  const { resource, namespace, name, uid, change, keys, labels, revision, createRevision } = header;
  const known = former !== undefined && former.uid === uid ? former : undefined;
  const lean = {
    resource: shared(resource),
    namespace: shared(namespace),
    name: known?.name ?? own(name),
    uid: known?.uid ?? own(uid),
    change: shared(change) as ObjectHeader['change'],
    keys: known !== undefined && alike(known.keys, keys) ? known.keys : keys.map(shared),
    revision,
    createRevision,
    labels: undefined as Labels | undefined,
  };
  if (labels !== undefined) lean.labels = known?.labels !== undefined && sameLabels(known.labels, labels) ? known.labels : sharedLabels(labels);
  return lean as ObjectHeader;
};

/** A copy that does not keep the text of which `text` is a piece. */
export const own = (text: string): string => ` ${text}`.slice(1);

/** Beyond this many, what is alike is kept as often as it comes. */
const MOST = 16_384;
const texts = new Map<string, string>();
const labelSets = new Map<string, Labels>();

const shared = (text: string): string => {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const copy = own(text);
  if (texts.size < MOST) texts.set(copy, copy);
  return copy;
};

const sharedLabels = (labels: Labels): Labels => {
  let text = '';
  for (const key in labels) text += `${key}=${labels[key]},`;
  const known = labelSets.get(text);
  if (known !== undefined) return known;
  const copy = Object.fromEntries(Object.entries(labels).map(([key, value]) => [shared(key), shared(value)]));
  if (labelSets.size < MOST) labelSets.set(text, copy);
  return copy;
};

const alike = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((key, i) => key === b[i]);

export const sameLabels = (a: ObjectHeader['labels'], b: ObjectHeader['labels']): boolean => {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    if (a[key] !== b?.[key]) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
};
