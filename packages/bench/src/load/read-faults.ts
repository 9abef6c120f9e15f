import { readFileSync } from 'node:fs';
import { type FaultPlan, Random } from '@naumachia/core';
import { drawFaults } from '../simulate/draw.js';
import { plannedFault, swarmFault } from '../simulate/scenario/fault-fields.js';
import { documentRoot } from '../yaml/document.js';
import { type FileError, listOf, mapping, optional } from '../yaml/place.js';

/** A file of faults that cannot be read at all. */
export class UnreadableFaults extends Error {
  override readonly name = 'UnreadableFaults';
}

/** Of what the faults are put on: `processes` are those besides the run's own. */
export interface FaultyRun {
  readonly nodes: number;
  readonly processes: number;
  readonly seed: number;
}

/**
 * Reads a file with `faults` and `swarm`, as scenarios of `naumachia simulate` have them, for a load run: times count from the creation of its objects, and the
 * seed draws what they leave open. Either the plan, or everything that is wrong with the file.
 */
export const readFaults = (path: string, { nodes, processes, seed }: FaultyRun): { readonly plan: FaultPlan } | { readonly errors: readonly FileError[] } => {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableFaults(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
  }
  const root = documentRoot(source, path, 'a file of faults');
  const { errors } = root;
  if (errors.length > 0) return { errors };
  const read = mapping({ faults: optional(listOf(plannedFault(nodes, processes))), swarm: optional(listOf(swarmFault(nodes, processes))) })(root);
  if (read === undefined || errors.length > 0) return { errors };
  const { faults = [], swarm = [] } = read;
  return { plan: drawFaults({ faults, swarm, nodes, processes, duration: Number.MAX_SAFE_INTEGER }, Random.named(seed, 'faults')) };
};

/** When the last fault of a plan is over, milliseconds from its beginning. */
export const endOfFaults = ({ rules = [], actions = [] }: FaultPlan): number =>
  Math.max(0, ...rules.map(({ end = 0 }) => end), ...actions.map((action) => action.at + (action.type === 'kill' ? (action.downFor ?? 0) : action.type === 'restart' ? 0 : action.for)));
