import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_SCENARIO, failureText, readScenario, runSeeds, type Scenario, scenarioPath, type SeedRun, seedsTable, UnreadableScenario } from '@naumachia/bench';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';
import { interruption } from './interruption.js';
import { print } from './standard-output.js';

export interface SimulateFlags {
  readonly seed?: number;
  readonly seeds?: readonly number[];
  readonly jobs?: number;
  readonly catalog?: string;
  readonly output: 'json' | 'table';
}

const DEFAULT_SEEDS = 10;

/** `naumachia simulate`: plays a failure experiment with many seeds. Resolves with the exit code. */
export const simulate = async (given: string | undefined, flags: SimulateFlags): Promise<number> => {
  if (flags.seed !== undefined && flags.seeds !== undefined) throw new UsageError('--seed and --seeds exclude one another');
  const scenario = scenarioOf(given ?? DEFAULT_SCENARIO);
  const catalog = flags.catalog === undefined ? undefined : catalogUrl(flags.catalog);
  const seeds = flags.seeds ?? (flags.seed === undefined ? Array.from({ length: DEFAULT_SEEDS }, (_, index) => index + 1) : [flags.seed]);
  const replay = (seed: number): string => ['npx naumachia simulate', given, flags.catalog === undefined ? undefined : `--catalog ${flags.catalog}`, `--seed ${seed}`].filter((part) => part !== undefined).join(' ');

  const progress = seedsProgress(seeds.length);
  const interrupt = interruption(() => progress.note('stopping; once more ends at once\n'));
  const runs = await runSeeds({
    scenario, seeds, jobs: Math.min(flags.jobs ?? availableParallelism(), seeds.length), signal: interrupt.signal, ...(catalog !== undefined && { catalog }),
    ended: (run) => {
      progress.ended(run);
      if (!run.passed) progress.note(failureText(run, replay(run.seed)));
    },
  }).finally(() => {
    progress.close();
    interrupt.release();
  });

  const json = { scenario: scenario.file, runs: runs.map((run) => (run.passed ? run : { ...run, replay: replay(run.seed) })) };
  await print(flags.output === 'json' ? `${JSON.stringify(json)}\n` : `${seedsTable(runs)}\n`);
  if (interrupt.signal.aborted) {
    process.stderr.write(`interrupted after ${runs.length} of ${seeds.length} seeds\n`);
    return EXIT.interrupted;
  }
  return runs.every(({ passed }) => passed) ? EXIT.done : EXIT.failed;
};

const scenarioOf = (given: string): Scenario => {
  try {
    const read = readScenario(scenarioPath(given));
    if ('scenario' in read) return read.scenario;
    throw new CommandFailed(read.errors.map(({ file, line, field, problem }) => `${file}:${line}: ${field === '' ? '' : `${field}: `}${problem}`).join('\nerror: '));
  } catch (error) {
    if (error instanceof UnreadableScenario) throw new CommandFailed(`${error.message}. Name a scenario file, or one that comes with the package.`, EXIT.usage);
    throw error;
  }
};

const catalogUrl = (path: string): string => {
  if (!existsSync(path)) throw new CommandFailed(`cannot read ${path}: ENOENT. Check the path given with --catalog.`, EXIT.usage);
  return pathToFileURL(resolve(path)).href;
};

/** One line that is rewritten on a terminal; elsewhere a line now and then. */
const seedsProgress = (of: number): { ended(run: SeedRun): void; note(text: string): void; close(): void } => {
  const { stderr } = process;
  const began = performance.now();
  let [done, failed, printed] = [0, 0, began];
  const clear = (): void => void (stderr.isTTY && stderr.write('\r\u001B[K'));
  const line = (): string => `${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${done} of ${of} seeds, ${failed} failed`;
  return {
    ended({ passed }) {
      done++;
      if (!passed) failed++;
      clear();
      if (stderr.isTTY) stderr.write(line());
      else if (performance.now() - printed > 3000 || done === of) {
        printed = performance.now();
        stderr.write(`${line()}\n`);
      }
    },
    note(text) {
      clear();
      stderr.write(text);
    },
    close: clear,
  };
};
