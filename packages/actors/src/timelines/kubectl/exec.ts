import type { Pod } from '../../api/generated/types.js';
import { flag } from './command-line.js';
import { got, KubectlError, resourceNamed, type Verb } from './kubectl.js';

/** `kubectl exec POD [-c CONTAINER] -- COMMAND`, without standard input and terminal. */
export const EXEC: Readonly<Record<string, Verb>> = {
  exec: {
    flags: ['container'],
    run: (line, kubectl) => {
      const [word = ''] = line.words;
      const name = word.replace(/^pods?\//, '');
      const { spec } = got({ resource: resourceNamed('pods'), name }, kubectl).value as Pod;
      const container = flag(line, 'container') ?? spec.containers[0]?.name ?? '';
      const command = line.words.slice(line.words.indexOf('--') + 1);
      const reply = kubectl.askKubelet(spec.nodeName ?? '', { type: 'containerExec', namespace: kubectl.namespace, pod: name, container, command });
      if (reply.type !== 'containerExec') throw new KubectlError(reply.type === 'status' ? `error: ${reply.status.message ?? ''}` : `error: ${reply.type}`);
      return { exit: reply.exitCode, output: reply.stdout, error: reply.stderr };
    },
  },
};
