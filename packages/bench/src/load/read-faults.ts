import { readFileSync } from 'node:fs';
import { type FaultPlan, Random } from '@naumachia/core';
import { LineCounter, parseDocument } from 'yaml';
import { drawFaults } from '../simulate/draw.js';
import { plannedFault, swarmFault } from '../simulate/scenario/fault-fields.js';
import { listOf, mapping, optional, type Place, type ScenarioError } from '../simulate/scenario/yaml-place.js';

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
export const readFaults = (path: string, { nodes, processes, seed }: FaultyRun): { readonly plan: FaultPlan } | { readonly errors: readonly ScenarioError[] } => {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableFaults(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const errors: ScenarioError[] = document.errors.map((error) => ({ file: path, line: error.linePos?.[0].line ?? 1, field: '', problem: error.message.split('\n')[0] ?? 'not YAML' }));
  if (errors.length > 0) return { errors };
  const root: Place = { file: path, lines, errors, node: document.contents, field: '', offset: 0 };
  const read = mapping({ faults: optional(listOf(plannedFault(nodes, processes))), swarm: optional(listOf(swarmFault(nodes, processes))) })(root);
  if (read === undefined || errors.length > 0) return { errors };
  const { faults = [], swarm = [] } = read;
  return { plan: drawFaults({ faults, swarm, nodes, processes, duration: Number.MAX_SAFE_INTEGER }, Random.named(seed, 'faults')) };
};

/** When the last fault of a plan is over, milliseconds from its beginning. */
export const endOfFaults = ({ rules = [], actions = [] }: FaultPlan): number =>
  Math.max(0, ...rules.map(({ end = 0 }) => end), ...actions.map((action) => action.at + (action.type === 'kill' ? (action.downFor ?? 0) : action.type === 'restart' ? 0 : action.for)));
