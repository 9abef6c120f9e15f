import { type FaultyRun, readFaults, UnreadableFaults } from '@naumachia/bench';
import type { FaultPlan } from '@naumachia/core';
import { CommandFailed, EXIT } from './exit-codes.js';

/** What a file says to fail in a run. A wrong one is refused with file, line and field before anything starts. */
export const faultPlan = (file: string, { nodes, processes, seed }: FaultyRun): FaultPlan => {
  try {
    const read = readFaults(file, { nodes, seed, processes: processes > 1 ? processes : 0 });
    if ('plan' in read) return read.plan;
    throw new CommandFailed(read.errors.map((error) => `${error.file}:${error.line}: ${error.field === '' ? '' : `${error.field}: `}${error.problem}`).join('\nerror: '), EXIT.usage);
  } catch (error) {
    if (error instanceof UnreadableFaults) throw new CommandFailed(error.message, EXIT.usage);
    throw error;
  }
};
