import { basename, join } from 'node:path';
import { compareSchedulerCase, type SchedulerCase, usesOfSchedulerCase } from '@naumachia/actors/scheduler/golden';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { caseFrom, entriesOf, filesOf, isFolder, parseLines } from './golden-files.js';
import { defineGoldenSet, type GoldenCase } from './golden-set.js';

interface Line {
  readonly family: string;
  readonly line: SchedulerCase;
}

/** What a line of each folder must have. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, 'string' | 'array' | 'object'>>>> = {
  decisions: { id: 'string', objects: 'object' },
  events: { id: 'string', objects: 'object', pod: 'object', result: 'object' },
};

const casesOf = (folder: string, file: string): GoldenCase<Line>[] => {
  const family = `${folder}/${basename(file, '.jsonl')}`;
  const shape = SHAPES[folder] ?? (family === 'queue/scenarios' ? { id: 'string', steps: 'array' } : family === 'queue/hints' ? { id: 'string', event: 'string', pod: 'object', hints: 'object' } : {});
  return parseLines<SchedulerCase & { readonly id?: string; readonly file?: string }>(file, shape).map((line, at) => caseFrom(`${file}:${line.id ?? at + 1}`, () => ({
    family,
    name: `${family}/${line.id ?? line.file ?? at + 1}`,
    uses: usesOfSchedulerCase(family, line),
    content: { family, line },
  })));
};

/** Every decision, sequence, queue scenario, hint and text of Events: one line of `FOLDER/FAMILY.jsonl` is a case. */
export const schedulerSet = defineGoldenSet<Line>({
  name: 'scheduler',
  notBuilt: FEATURES_NOT_BUILT.scheduler,
  jobs: 1,
  read: (folder) => entriesOf(folder).filter((name) => isFolder(join(folder, name))).flatMap((name) => filesOf(join(folder, name), '.jsonl').flatMap((file) => casesOf(name, file))),
  open: () => {
    const notBuilt = new Set(FEATURES_NOT_BUILT.scheduler);
    return { compare: ({ family, line }) => compareSchedulerCase(family, line, notBuilt), close: async () => undefined };
  },
});
