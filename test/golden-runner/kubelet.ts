import { basename } from 'node:path';
import { compareNodeObject, comparePodScenario, type RecordedScenario } from '@naumachia/actors/kubelet/golden';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { caseFrom, filesOf, parseCase, readText } from './golden-files.js';
import { defineGoldenSet } from './golden-set.js';
import { usesOfScenario } from './scenario-uses.js';

/** What a kubelet writes of its node and its pods: one file is a case. */
export const kubeletSet = defineGoldenSet<RecordedScenario>({
  name: 'kubelet',
  notBuilt: FEATURES_NOT_BUILT.kubelet,
  jobs: 1,
  read: (folder) =>
    filesOf(folder, '.json').map((file) => caseFrom(file, () => {
      const scenario = parseCase<RecordedScenario & { readonly files?: Readonly<Record<string, string | readonly string[]>> }>(file, readText(file), { steps: 'array', timeline: 'array', final: 'array' });
      const name = basename(file, '.json');
      return { family: name.split('-', 1)[0] ?? name, name, uses: usesOfScenario(scenario, true), content: scenario };
    })),
  open: () => ({
    compare: (scenario) => (scenario.steps.every(({ command, wait }) => command === undefined && wait === undefined) ? compareNodeObject(scenario) : comparePodScenario(scenario)),
    close: async () => undefined,
  }),
});
