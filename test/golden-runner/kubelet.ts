import { basename } from 'node:path';
import { compareKubelets, type RecordedScenario } from '@naumachia/actors/kubelet/golden';
import { missingCommands, play, type Scenario } from '@naumachia/actors/timelines';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { caseFrom, filesOf, parseCase, readText } from './golden-files.js';
import { defineGoldenSet } from './golden-set.js';
import { usesOfScenario } from './scenario-uses.js';

/** Where the recorded run was decided by a race, other paces of the machine are tried: so many at most. */
const PACES = 12;
/** Seconds after the last step: what a pod does last is seen in any case. */
const SETTLE = 8;

/** The first difference of a run on an idle machine, unless the run at another pace is the recorded one. */
const compare = (scenario: Scenario & RecordedScenario): string | undefined => {
  let first: string | undefined;
  for (let pace = 0; pace <= PACES; pace++) {
    const run = play({ ...scenario, settle: SETTLE }, pace === 0 ? [] : Array.from({ length: scenario.steps.length + 1 }, () => pace));
    const difference = compareKubelets(scenario, run as RecordedScenario);
    if (difference === undefined) return undefined;
    first ??= difference;
  }
  return first;
};

/** What kubelets write of their nodes and pods, played in virtual time: one file is a case. */
export const kubeletSet = defineGoldenSet<Scenario & RecordedScenario>({
  name: 'kubelet',
  notBuilt: FEATURES_NOT_BUILT.kubelet,
  jobs: 1,
  read: (folder) =>
    filesOf(folder, '.json').map((file) => caseFrom(file, () => {
      const scenario = parseCase<Scenario & RecordedScenario>(file, readText(file), { name: 'string', steps: 'array', timeline: 'array', final: 'array' });
      const name = basename(file, '.json');
      return { family: name.split('-', 1)[0] ?? name, name, uses: usesOfScenario(scenario, true), missing: missingCommands(scenario), content: scenario };
    })),
  open: () => ({ compare, close: async () => undefined }),
});
