import type { ManagedFieldsEntry } from '../../api/object.js';
import type { Comparison } from './compare.js';
import { type FieldSet, NO_FIELDS, difference, isEmpty, parseFieldSet, textOfFieldSet, union } from './field-set.js';

/** Who writes, as an entry of managedFields tells managers apart (besides its time). */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** The version in which the manager wrote. */
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** Update managers beyond this many are gathered in one (managedfields/internal/capmanagers.go). */
const MAX_UPDATE_MANAGERS = 10;

/** An entry that was made here carries its set, unseen by codecs, so that its text need not be read again. */
const SET: unique symbol = Symbol('field set');

interface WithSet extends ManagedFieldsEntry {
  readonly [SET]?: FieldSet;
}

export const setOfEntry = (entry: ManagedFieldsEntry): FieldSet => readSet(entry) ?? NO_FIELDS;

/** Undefined if the text is none of a set. A copy of an entry carries the set of the original, and may have another text. */
export const readSet = (entry: ManagedFieldsEntry): FieldSet | undefined => {
  const made = (entry as WithSet)[SET];
  return made !== undefined && made.text === entry.fieldsV1 ? made : parseFieldSet(entry.fieldsV1 ?? '{}');
};

export const entryOf = (manager: Manager, time: string, set: FieldSet): ManagedFieldsEntry => {
  const fieldsV1 = textOfFieldSet(set);
  const { apiVersion, operation, subresource } = manager;
  const entry: WithSet =
    subresource === ''
      ? { manager: manager.manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1, [SET]: set }
      : { manager: manager.manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1, subresource, [SET]: set };
  return entry;
};

export const isManagedBy = (entry: ManagedFieldsEntry, manager: Manager): boolean =>
  entry.manager === manager.manager && entry.operation === manager.operation && entry.apiVersion === manager.apiVersion && (entry.subresource ?? '') === manager.subresource;

const NOBODY: readonly ManagedFieldsEntry[] = [];

/**
 * The entries after a create, update or patch by `manager`: it owns what it changed, everybody loses what others changed or anybody
 * removed (Updater.Update of structured-merge-diff). Its time moves only if it changed something. Entries that stay are the same objects.
 */
export const recordUpdate = (entries: readonly ManagedFieldsEntry[] | undefined, { changed, removed }: Comparison, manager: Manager, now: string): readonly ManagedFieldsEntry[] | undefined => {
  const owns = !isEmpty(changed);
  if (!owns && isEmpty(removed)) return entries;
  const kept: ManagedFieldsEntry[] = [];
  let before = NO_FIELDS;
  let moved = false;
  for (const entry of entries ?? NOBODY) {
    const set = setOfEntry(entry);
    const left = difference(difference(set, changed), removed);
    if (owns && isManagedBy(entry, manager)) {
      before = left;
      // An entry that is as it was is kept as it was, so that a write within the same second can be seen to change nothing else.
      const whole = union(left, changed);
      if (entry.time === now && textOfFieldSet(whole) === entry.fieldsV1) {
        kept.push(entry);
        before = NO_FIELDS;
        moved = true;
      }
      continue;
    }
    if (left === set) kept.push(entry);
    else if (!isEmpty(left)) kept.push(withSet(entry, left));
  }
  if (owns && !moved) kept.push(entryOf(manager, now, union(before, changed)));
  if (kept.length > MAX_UPDATE_MANAGERS) return sortEntries(gatherAncient(kept));
  return kept.length === 0 ? undefined : kept.length === 1 ? kept : sortEntries(kept);
};

export const withSet = (entry: ManagedFieldsEntry, set: FieldSet): ManagedFieldsEntry => {
  const changed: WithSet = Object.assign({}, entry, { fieldsV1: textOfFieldSet(set), [SET]: set });
  return changed;
};

/** Sorts in place, one by one, as they are few: Apply before Update, then by time, manager, version and subresource (internal/managedfields.go). */
export const sortEntries = (entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] => {
  for (let i = 1; i < entries.length; i++) {
    const entry = entries[i] as ManagedFieldsEntry;
    let at = i;
    for (; at > 0 && compareEntries(entries[at - 1] as ManagedFieldsEntry, entry) > 0; at--) entries[at] = entries[at - 1] as ManagedFieldsEntry;
    entries[at] = entry;
  }
  return entries;
};

const compareEntries = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): number =>
  order(a.operation, b.operation) || order(a.time, b.time) || order(a.manager, b.manager) || order(a.apiVersion, b.apiVersion) || order(a.subresource, b.subresource);

const order = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** The oldest Update entries become one of the manager `ancient-changes` per version, until no more than the most are left. */
const gatherAncient = (entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] => {
  const updates = sortEntries(entries.filter((entry) => entry.operation === 'Update'));
  let excess = updates.length - MAX_UPDATE_MANAGERS;
  if (excess <= 0) return entries;
  const ancient = new Map<string, ManagedFieldsEntry>();
  const gathered = new Set<ManagedFieldsEntry>();
  for (const entry of updates) {
    if (excess < 0 || (excess === 0 && ancient.size === 0)) break;
    const version = entry.apiVersion ?? '';
    const former = ancient.get(version);
    const manager: Manager = { manager: 'ancient-changes', operation: 'Update', apiVersion: version, subresource: '' };
    ancient.set(version, entryOf(manager, entry.time ?? '', former === undefined ? setOfEntry(entry) : union(setOfEntry(former), setOfEntry(entry))));
    gathered.add(entry);
    if (former !== undefined) excess--;
    if (excess === 0) break;
  }
  return [...entries.filter((entry) => !gathered.has(entry)), ...ancient.values()];
};
