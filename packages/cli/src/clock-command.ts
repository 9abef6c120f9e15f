import { resolve } from 'node:path';
import { askCluster, ControlRefused, NoAnswer } from './running/control-client.js';
import type { ClockState } from './running/clock-routes.js';
import { chosenCluster, findClusters, tellOfCrash } from './running/clusters.js';
import type { ControlRoute } from './running/control-route.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface ClockFlags {
  readonly cluster?: string;
  readonly output: 'json' | 'table';
}

/** Days of virtual time may take minutes. */
const ADVANCED_WITHIN_MS = 24 * 3600 * 1000;

/** `naumachia clock`: what a simulated cluster's clock shows. Resolves with the exit code. */
export const showClock = async (flags: ClockFlags): Promise<number> => {
  const state = await ask<ClockState>(flags, 'GET', '/clock');
  await print(flags.output === 'json' ? `${JSON.stringify(state)}\n` : `${state.now}, ${paceOf(state)}\n`);
  return EXIT.done;
};

/** `naumachia clock advance`: returns when so many milliseconds of virtual time have gone by. */
export const advanceClock = async (duration: number, flags: ClockFlags): Promise<number> => {
  const began = performance.now();
  const state = await ask<ClockState>(flags, 'POST', '/clock/advance', { milliseconds: duration }, ADVANCED_WITHIN_MS);
  const took = (performance.now() - began) / 1000;
  await print(flags.output === 'json' ? `${JSON.stringify({ ...state, wallSeconds: took })}\n` : `${state.now}: ${duration / 1000} s went by in ${took.toFixed(2)} s\n`);
  return EXIT.done;
};

/** `naumachia clock speed` and, with 0, `naumachia clock pause`. */
export const setClockSpeed = async (speed: number, flags: ClockFlags): Promise<number> => {
  const state = await ask<ClockState>(flags, 'POST', '/clock/speed', { speed });
  await print(flags.output === 'json' ? `${JSON.stringify(state)}\n` : `${state.now}, ${paceOf(state)}\n`);
  return EXIT.done;
};

/** `naumachia clock save`: keeps the run so far in a file, for `naumachia up --from`. */
export const saveRun = async (file: string, flags: ClockFlags): Promise<number> => {
  const state = await ask<ClockState>(flags, 'POST', '/clock/save', { file: resolve(file) }, ADVANCED_WITHIN_MS);
  await print(flags.output === 'json' ? `${JSON.stringify(state)}\n` : `${state.now}: kept in ${file}\n`);
  return EXIT.done;
};

const paceOf = ({ speed }: ClockState): string => (speed === 0 ? 'and stands' : `and goes ${speed} times as fast as yours`);

/** Asks the cluster that is meant, and says what is wrong in words of a command. */
export const ask = async <T>({ cluster }: Pick<ClockFlags, 'cluster'>, method: ControlRoute['method'], path: ControlRoute['path'], body?: object, within?: number): Promise<T> => {
  const { entry } = chosenCluster(await findClusters(tellOfCrash), cluster);
  try {
    return await askCluster<T>(entry, method, path, body, within);
  } catch (error) {
    if (error instanceof ControlRefused) throw new CommandFailed(error.message);
    if (error instanceof NoAnswer) throw new CommandFailed(`the cluster ${entry.name} (process ${entry.pid}): ${error.message}`);
    throw error;
  }
};
