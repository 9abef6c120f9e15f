import type { ApiType } from '../../api/fields.js';
import { goQuote } from '../../api/go-text.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { Status } from '../../api/requests.js';
import { applyConflict } from '../../api/status.js';
import { deepEqual } from '../equality.js';
import { difference, type FieldSet, intersection, isEmpty, NO_FIELDS, union } from '../managed-fields/field-set.js';
import { entryOf, isManagedBy, type Manager, setOfEntry, sortEntries, withSet } from '../managed-fields/managed-fields.js';
import { compareObjects, type ResetFields } from '../managed-fields/object-comparison.js';
import { mergeConfig, removeGivenUp } from './merge.js';
import { pathText } from './typed-config.js';

/** What an apply makes of a live object: a new one, or the same with other entries (`object` undefined), or conflicts. */
export type Applied =
  | { readonly type: 'applied'; readonly object: KubernetesObject | undefined; readonly entries: readonly ManagedFieldsEntry[] | undefined }
  | { readonly type: 'conflict'; readonly status: Status };

interface ApplyInput {
  readonly type: ApiType;
  readonly live: KubernetesObject;
  /** The configuration without kind, apiVersion and what nobody manages of its metadata. */
  readonly config: KubernetesObject;
  /** The paths that it names, without those that this endpoint resets. */
  readonly set: FieldSet;
  readonly reset: ResetFields;
  readonly entries: readonly ManagedFieldsEntry[];
  readonly manager: Manager;
  readonly force: boolean;
  /** Fields that are taken from others without `force`; asked for where there are conflicts. */
  readonly yielded: () => FieldSet;
  readonly now: string;
  /** Defaults and decodes what the merge made. */
  readonly complete: (object: KubernetesObject) => KubernetesObject;
}

type Fields = Readonly<Record<string, unknown>>;

/** Updater.Apply of structured-merge-diff: merge, take out what was given up, and see whose fields changed. */
export const applyConfig = (input: ApplyInput): Applied => {
  const { type, live, config, set, entries, manager, now } = input;
  const last = setOf(entries.find((entry) => isManagedBy(entry, manager)));
  let merged = mergeConfig(type, live as unknown as Fields, config as unknown as Fields);
  if (!isEmpty(last)) {
    let owned = set;
    for (const entry of entries) if (!isManagedBy(entry, manager)) owned = union(owned, setOfEntry(entry));
    merged = removeGivenUp(type, merged, last, owned);
  }
  const same = deepEqual(merged, live);
  const { changed, removed } = compareObjects(type, live, merged as unknown as KubernetesObject, input.reset);
  const others = entries.filter((entry) => !isManagedBy(entry, manager));
  if (!input.force) {
    const conflicts = without(others.map((entry) => ({ entry, set: intersection(setOfEntry(entry), changed) })), NO_FIELDS);
    const left = conflicts.length === 0 ? conflicts : without(conflicts, input.yielded());
    if (left.length > 0) return { type: 'conflict', status: conflictStatus(left) };
  }
  const kept: ManagedFieldsEntry[] = [];
  for (const entry of others) {
    const before = setOfEntry(entry);
    const left = difference(difference(before, changed), removed);
    if (left === before) kept.push(entry);
    else if (!isEmpty(left)) kept.push(withSet(entry, left));
  }
  if (!isEmpty(set)) kept.push(ownEntry(entries.find((entry) => isManagedBy(entry, manager)), manager, set, same ? undefined : now));
  return { type: 'applied', object: same ? undefined : input.complete(merged as unknown as KubernetesObject), entries: kept.length === 0 ? undefined : sortEntries(kept) };
};

const setOf = (entry: ManagedFieldsEntry | undefined): FieldSet => (entry === undefined ? NO_FIELDS : setOfEntry(entry));

/** An apply that changes nothing leaves the time of its entry; a new entry then has none. */
const ownEntry = (former: ManagedFieldsEntry | undefined, manager: Manager, set: FieldSet, now: string | undefined): ManagedFieldsEntry => {
  if (now !== undefined) return entryOf(manager, now, set);
  if (former?.time !== undefined) return setOfEntry(former) === set ? former : entryOf(manager, former.time, set);
  const { time: _, ...timeless } = entryOf(manager, '', set);
  return timeless;
};

interface Conflict {
  readonly entry: ManagedFieldsEntry;
  readonly set: FieldSet;
}

const without = (conflicts: readonly Conflict[], yielded: FieldSet): readonly Conflict[] =>
  conflicts.map(({ entry, set }) => ({ entry, set: difference(set, yielded) })).filter(({ set }) => !isEmpty(set));

/** managedfields/internal/conflict.go. */
export const conflictStatus = (conflicts: readonly Conflict[]): Status => {
  const groups = conflicts.map(({ entry, set }) => ({ who: holder(entry), fields: pathsOf(set) })).sort((a, b) => (a.who < b.who ? -1 : 1));
  const count = groups.reduce((sum, group) => sum + group.fields.length, 0);
  const causes = groups.flatMap(({ who, fields }) => fields.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })));
  const [only] = groups;
  const text =
    count === 1 && only !== undefined
      ? `conflict with ${only.who}: ${only.fields[0]}`
      : groups.map(({ who, fields }) => `conflicts with ${who}:\n${fields.map((field) => `- ${field}`).join('\n')}`).join('\n');
  return applyConflict(`Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${text}`, causes);
};

const holder = (entry: ManagedFieldsEntry): string => {
  let text = goQuote(entry.manager ?? '');
  if ((entry.subresource ?? '') !== '') text += ` with subresource ${goQuote(entry.subresource as string)}`;
  return entry.operation === 'Update' ? `${text} using ${entry.apiVersion}` : text;
};

/** Every path of a set as fieldpath prints it. */
const pathsOf = (set: FieldSet, path = ''): string[] => {
  const paths: string[] = set.member ? [path] : [];
  set.elements.forEach((element, i) => paths.push(...pathsOf(set.children[i] as FieldSet, pathText(path, element))));
  return paths;
};


