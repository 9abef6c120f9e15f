import { basename } from 'node:path';
import { startClusterProcess } from './cluster-process.js';
import { FEATURES_NOT_BUILT } from './features-not-built.js';
import { caseFrom, filesOf, parseCase, readText } from './golden-files.js';
import { defineGoldenSet, MalformedCase } from './golden-set.js';
import { kubectlBinary } from './kubectl/binary.js';
import { shell } from './kubectl/shell.js';
import { compareTranscript, type Transcript } from './kubectl/transcript.js';
import { usesOfScenario } from './scenario-uses.js';

/** A command that gives another so many seconds needs a machine that has nothing else to do. */
const isTimed = ({ steps }: Transcript): boolean => steps.some(({ command }) => /\b(?:sleep|timeout) \d/.test(command) && /kubectl (?:port-forward|proxy)/.test(command));

/** As the recorded cluster. */
const NODES = 5;

/** What kubectl prints against a whole cluster: one file is a case. */
export const kubectlSet = defineGoldenSet<Transcript>({
  name: 'kubectl',
  notBuilt: FEATURES_NOT_BUILT.kubectl,
  jobs: 4,
  read: (folder) =>
    filesOf(folder, '.json').map((file) => caseFrom(file, () => {
      const transcript = parseCase<Transcript>(file, readText(file), { name: 'string', steps: 'array' });
      for (const step of transcript.steps) if (typeof step.command !== 'string' || typeof step.exit !== 'number' || !Array.isArray(step.stdout) || !Array.isArray(step.stderr)) throw new MalformedCase(file, 'a step needs a command, an exit code, and lines of stdout and stderr');
      return { family: basename(file, '.json'), name: transcript.name, uses: usesOfScenario(transcript, false), alone: transcript.serial === true ? 'first' : isTimed(transcript) ? 'last' : undefined, content: transcript };
    })),
  open: async () => {
    const kubectl = kubectlBinary();
    const { kubeconfig, stop } = await startClusterProcess(['--nodes', String(NODES)]);
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    await shell(`"${kubectl}" wait --for=condition=Ready node --all --timeout=100s`, { env });
    // A kubelet makes its lease ten seconds after its node, and the recorded cluster was older than that. kubectl waits for one at a time.
    for (let node = 1; node <= NODES; node++) await shell(`"${kubectl}" wait --for=create lease/node-${node} --namespace=kube-node-lease --timeout=100s`, { env });
    return { compare: (transcript) => compareTranscript(transcript, { kubectl, kubeconfig }), close: stop };
  },
});
