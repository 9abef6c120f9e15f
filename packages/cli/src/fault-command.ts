import { ask } from './clock-command.js';
import { EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface KillFlags {
  readonly cluster?: string;
  /** Milliseconds of the cluster's time. */
  readonly for: number;
}

/** `naumachia fault kill`: ends components of a running cluster and keeps them down. Resolves with the exit code. */
export const kill = async (actors: readonly string[], flags: KillFlags): Promise<number> => {
  await ask(flags, 'POST', '/faults/kill', { actors, downFor: flags.for });
  await print(`killed: ${actors.join(', ')}, for ${flags.for / 1000} s\n`);
  return EXIT.done;
};
