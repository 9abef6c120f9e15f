import { readFileSync, writeFileSync } from 'node:fs';
import type { MicroFigure } from './suite.js';

/** Figures of an earlier run that others are held against. */
export interface SavedRun {
  readonly node: string;
  readonly cpu: string;
  readonly savedAt: string;
  readonly figures: readonly MicroFigure[];
}

/** A file that holds no saved run; the message says why. */
export class NoSavedRun extends Error {
  override readonly name = 'NoSavedRun';
}

export const saveRun = (file: string, run: SavedRun): void => writeFileSync(file, `${JSON.stringify(run, null, 1)}\n`);

export const readSavedRun = (file: string): SavedRun => {
  let run: Partial<SavedRun>;
  try {
    run = JSON.parse(readFileSync(file, 'utf8')) as Partial<SavedRun>;
  } catch (error) {
    throw new NoSavedRun(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (!Array.isArray(run.figures)) throw new NoSavedRun(`${file} holds no figures of "bench micro --save"`);
  return run as SavedRun;
};

/** How many times as fast a path is as it was; absent where it was not measured then. */
export const ratioTo = (saved: SavedRun, figure: MicroFigure): number | undefined => {
  const before = saved.figures.find(({ name }) => name === figure.name);
  return before && figure.operationsPerSecond / before.operationsPerSecond;
};
