import { cpus } from 'node:os';
import { measureSuite, MICRO_SUITES, type MicroFigure, NoSavedRun, ratioTo, readSavedRun, type SavedRun, saveRun, textTable } from '@naumachia/bench';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';
import { print } from './standard-output.js';

export interface MicroFlags {
  /** Milliseconds that each task is measured for. */
  readonly time: number;
  readonly only?: readonly string[];
  readonly save?: string;
  readonly compare?: string;
  readonly output: 'json' | 'table';
}

/** `naumachia bench micro`: the hot paths one by one. Resolves with the exit code. */
export const benchMicro = async (flags: MicroFlags): Promise<number> => {
  const before = flags.compare === undefined ? undefined : savedRun(flags.compare);
  const wanted = (name: string): boolean => flags.only?.some((word) => name.includes(word)) ?? true;
  const figures: MicroFigure[] = [];
  let broken = 0;
  // Who names whole suites need not wait for the others to be set up.
  const suites = flags.only?.every((word) => word in MICRO_SUITES) === true ? Object.entries(MICRO_SUITES).filter(([suite]) => wanted(suite)) : Object.entries(MICRO_SUITES);
  for (const [suite, load] of suites) {
    try {
      // A word may mean a whole suite or single tasks; which tasks there are is known once the suite is loaded.
      const tasks = (await load()).filter(({ name }) => wanted(suite) || wanted(name));
      if (tasks.length > 0) process.stderr.write(`measuring ${suite} ...\n`);
      figures.push(...(await measureSuite(tasks, flags.time)));
    } catch (error) {
      // The other suites can be measured all the same.
      broken++;
      process.stderr.write(`error: ${suite}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
  }
  if (figures.length === 0 && broken === 0) throw new UsageError(`no task has ${flags.only?.join(' or ') ?? 'a name'} in its name; the suites are ${Object.keys(MICRO_SUITES).join(', ')}`);
  const run: SavedRun = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', savedAt: new Date().toISOString(), figures };
  if (flags.save !== undefined) save(flags.save, run);
  await print(flags.output === 'json' ? `${JSON.stringify(asJson(run, before))}\n` : `${table(figures, before)}\n`);
  return broken > 0 ? EXIT.failed : EXIT.done;
};

const table = (figures: readonly MicroFigure[], before: SavedRun | undefined): string =>
  textTable([
    ['HOT PATH', 'OPERATIONS/S', 'TIME', '+-', ...(before ? ['RATIO'] : [])],
    ...figures.map((figure) => [
      figure.name,
      Math.round(figure.operationsPerSecond).toLocaleString('en'),
      time(figure.nanosecondsPerOperation),
      `${figure.errorPercent.toFixed(1)} %`,
      ...(before ? [ratioText(ratioTo(before, figure))] : []),
    ]),
  ]);

const asJson = (run: SavedRun, before: SavedRun | undefined): object => ({ ...run, figures: run.figures.map((figure) => ({ ...figure, ...(before && { ratio: ratioTo(before, figure) }) })) });

const time = (nanoseconds: number): string => (nanoseconds < 1000 ? `${nanoseconds.toFixed(1)} ns` : nanoseconds < 1e6 ? `${(nanoseconds / 1000).toFixed(2)} us` : `${(nanoseconds / 1e6).toFixed(2)} ms`);

const ratioText = (ratio: number | undefined): string => (ratio === undefined ? 'new' : `${ratio.toFixed(2)}x`);

const savedRun = (file: string): SavedRun => {
  try {
    return readSavedRun(file);
  } catch (error) {
    if (error instanceof NoSavedRun) throw new CommandFailed(`${error.message}. Name a file of "bench micro --save" with --compare.`, EXIT.usage);
    throw error;
  }
};

const save = (file: string, run: SavedRun): void => {
  try {
    saveRun(file, run);
  } catch (error) {
    throw new CommandFailed(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Choose another with --save.`, EXIT.usage);
  }
};
