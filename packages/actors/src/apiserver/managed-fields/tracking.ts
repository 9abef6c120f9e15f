import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { Kind } from '../registry.js';
import type { Comparison } from './compare.js';
import { inServedNames } from './served-names.js';
import { compareObjects, NOTHING_RESET, type ResetFields } from './object-comparison.js';
import { fieldSet, isEmpty, ITSELF, union } from './field-set.js';
import { type Manager, readSet, recordUpdate, setOfEntry } from './managed-fields.js';

/** What a write says of who writes. */
export interface Writer {
  readonly fieldManager: string;
  readonly subresource?: string;
  readonly apiVersion?: string;
  /** The entries as an apply has worked them out; nothing is recorded then. */
  readonly managed?: readonly ManagedFieldsEntry[];
  /** Set by the edge: such a client may send managedFields of its own. */
  readonly fieldValidation?: unknown;
}

const managers = new Map<string, Manager>();
const managerOf = (writer: Writer, kind: Kind): Manager => {
  const apiVersion = writer.apiVersion ?? kind.api.apiVersion;
  const subresource = writer.subresource ?? '';
  const key = `${writer.fieldManager}\n${apiVersion}\n${subresource}`;
  let manager = managers.get(key);
  if (manager === undefined) {
    if (managers.size > 10_000) managers.clear();
    manager = { manager: writer.fieldManager, operation: 'Update', apiVersion, subresource };
    managers.set(key, manager);
  }
  return manager;
};

/** The entries of a new object: what was sent differs from an empty one in what the writer manages. */
export const entriesAfterCreate = (kind: Kind, object: KubernetesObject, writer: Writer, now: string): readonly ManagedFieldsEntry[] | undefined =>
  writer.managed !== undefined ? someOf(writer.managed) : recordUpdate(writer.fieldValidation === undefined ? undefined : sentEntries(object), compared(kind, writer, undefined, object, kind.reset), managerOf(writer, kind), now);

/** A manager owns fields under the names of the version in which it writes. */
const compared = (kind: Kind, writer: Writer, before: KubernetesObject | undefined, after: KubernetesObject, reset: ResetFields): Comparison => {
  const comparison = withSent(kind, before, compareObjects(kind.type, before, after, reset));
  return writer.apiVersion === undefined || writer.apiVersion === kind.api.apiVersion ? comparison : inServedNames(kind.resource, writer.apiVersion, comparison);
};

/**
 * The entries after an update or patch. An object that nobody manages stays so: tracking begins with the creation
 * (skipNonAppliedManager of apimachinery 1.36). Through a subresource nobody can set managedFields by hand.
 */
export const entriesAfterUpdate = (kind: Kind, object: KubernetesObject, old: KubernetesObject, writer: Writer, now: string): readonly ManagedFieldsEntry[] | undefined => {
  if (writer.managed !== undefined) return someOf(writer.managed);
  const subresource = writer.subresource ?? '';
  const live = old.metadata.managedFields;
  const entries = writer.fieldValidation === undefined || subresource !== '' ? live : isReset(object) ? undefined : (sentEntries(object) ?? live);
  if (entries === undefined || entries.length === 0) return undefined;
  return recordUpdate(entries, compared(kind, writer, old, object, resetOf(kind, subresource)), managerOf(writer, kind), now);
};

const withSent = (kind: Kind, before: KubernetesObject | undefined, comparison: Comparison): Comparison => {
  const { alwaysSent } = kind.strategy;
  if (before !== undefined || alwaysSent === undefined) return comparison;
  const sent = alwaysSent.map((field) => `f:${field}`);
  return Object.assign({}, comparison, { changed: union(comparison.changed, fieldSet(false, sent, sent.map(() => ITSELF))) });
};

const someOf = (entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] | undefined => (entries.length === 0 ? undefined : entries);

const resetOf = (kind: Kind, subresource: string): ResetFields => (subresource === '' ? kind.reset : subresource === 'status' ? kind.resetStatus : NOTHING_RESET);

/** An empty list, or one with a single empty entry, is how a client asks for managedFields to be forgotten. */
const isReset = (object: KubernetesObject): boolean => {
  const sent = object.metadata.managedFields;
  return sent !== undefined && (sent.length === 0 || (sent.length === 1 && Object.keys(sent[0] ?? {}).length === 0));
};

const isReadable = (entry: ManagedFieldsEntry): boolean =>
  (entry.operation === 'Apply' || entry.operation === 'Update') && entry.fieldsType === 'FieldsV1' && readSet(entry)?.elements.every((element) => /^[fkvi]:/.test(element)) === true;

const sentEntries = (object: KubernetesObject): readonly ManagedFieldsEntry[] | undefined => {
  const sent = object.metadata.managedFields;
  if (sent === undefined || sent.length === 0) return undefined;
  if (!sent.every(isReadable)) return undefined;
  // An entry that owns nothing is none; managedFields of such alone make an object that nobody manages.
  return sent.filter((entry) => !isEmpty(setOfEntry(entry)));
};
