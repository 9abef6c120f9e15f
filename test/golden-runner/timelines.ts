import { basename } from 'node:path';
import { compareScenario, missingCommands, type Scenario } from '@naumachia/actors/timelines';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { caseFrom, filesOf, parseCase, readText } from './golden-files.js';
import { defineGoldenSet } from './golden-set.js';
import { usesOfScenario } from './scenario-uses.js';

/** What controllers, scheduler and kubelets write, played in virtual time: one file is a case. */
export const timelinesSet = defineGoldenSet<Scenario>({
  name: 'timelines',
  notBuilt: FEATURES_NOT_BUILT.timelines,
  jobs: 1,
  read: (folder) =>
    filesOf(folder, '.json').map((file) => caseFrom(file, () => {
      const scenario = parseCase<Scenario>(file, readText(file), { name: 'string', steps: 'array', timeline: 'array', final: 'array' });
      const name = basename(file, '.json');
      return { family: name.split('-', 1)[0] ?? name, name, uses: [...usesOfScenario(scenario, true), ...(scenario.leases === true ? ['watched leases'] : [])], missing: missingCommands(scenario), content: scenario };
    })),
  open: () => ({ compare: (scenario) => compareScenario(scenario), close: async () => undefined }),
});
