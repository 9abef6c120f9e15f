import type { NodeTable } from '../../cache/node-table.js';
import { type FieldRequirement, type Requirement, type Term, satisfies, satisfiesField } from './node-selector.js';

/** A requirement as a look-up: `accepted[column[slot]]`, where 0 is the node without that label. */
export interface CompiledRequirement {
  readonly column: Int32Array;
  readonly accepted: Uint8Array;
}

/** `never`: some requirement cannot be met by any node. */
export interface CompiledTerm {
  readonly never: boolean;
  readonly labels: readonly CompiledRequirement[];
  readonly fields: readonly FieldRequirement[];
}

const NEVER: CompiledTerm = { never: true, labels: [], fields: [] };

export const compileTerm = (table: NodeTable, term: Term): CompiledTerm => (term.errors.length > 0 ? NEVER : compileRequirements(table, term.labels, term.fields));

/** Made once per cycle; it looks at each value of a label once, not at each node. */
export const compileRequirements = (table: NodeTable, requirements: readonly Requirement[], fields: readonly FieldRequirement[]): CompiledTerm => {
  const labels: CompiledRequirement[] = [];
  for (const requirement of requirements) {
    const key = table.labels.keys.get(requirement.key);
    if (!key) {
      if (satisfies(requirement, undefined)) continue;
      return NEVER;
    }
    const accepted = new Uint8Array(key.values.length);
    if (requirement.type === 'in' || requirement.type === 'not-in') {
      const listed = requirement.type === 'in' ? 1 : 0;
      if (listed === 0) accepted.fill(1);
      for (const value of requirement.values) {
        const id = key.ids.get(value);
        if (id !== undefined) accepted[id] = listed;
      }
    } else {
      for (let id = 0; id < accepted.length; id++) accepted[id] = satisfies(requirement, id === 0 ? undefined : key.values[id]) ? 1 : 0;
    }
    labels.push({ column: key.column, accepted });
  }
  return { never: false, labels, fields };
};

export const matchesSlot = (term: CompiledTerm, table: NodeTable, slot: number): boolean => {
  if (term.never) return false;
  for (const { column, accepted } of term.labels) if (accepted[column[slot] as number] === 0) return false;
  for (const field of term.fields) if (!satisfiesField(field, table.names[slot] as string)) return false;
  return true;
};
