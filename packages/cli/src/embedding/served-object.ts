import type { KubernetesObject, ObjectMeta, Stored } from '@naumachia/actors';

/**
 * A copy of plain data. What the store holds is shared with every component of the cluster, and what a user holds is the user's to change:
 * nothing may be in both.
 */
export const copyOf = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [field, part] of Object.entries(value)) if (part !== undefined) copy[field] = copyOf(part);
  return copy as T;
};

/** An object as users get it: with its resourceVersion, and without managedFields, which kubectl does not show either. */
export const servedObject = <T>({ value, header }: Stored): T => served(value, String(header.revision)) as T;

/** The same of what is not stored, such as a Scale. */
export const servedValue = <T>(value: KubernetesObject): T => served(value, value.metadata?.resourceVersion) as T;

const served = (value: KubernetesObject, resourceVersion: string | undefined): KubernetesObject => {
  const copy: Record<string, unknown> = {};
  for (const [field, part] of Object.entries(value)) copy[field] = field === 'metadata' ? servedMetadata(value.metadata, resourceVersion) : copyOf(part);
  return copy as KubernetesObject;
};

const servedMetadata = (stored: ObjectMeta, resourceVersion: string | undefined): ObjectMeta => {
  const { managedFields: _, ...metadata } = stored;
  return Object.assign(copyOf(metadata), resourceVersion !== undefined && { resourceVersion });
};
