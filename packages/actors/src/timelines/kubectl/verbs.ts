import type { ProgramResult } from '../shell/programs.js';
import { CHANGE } from './change.js';
import { readCommandLine } from './command-line.js';
import { CREATE } from './create.js';
import { EXEC } from './exec.js';
import { type Kubectl, KubectlError, type Verb } from './kubectl.js';
import { READ } from './read.js';
import { ROLLOUT } from './rollout.js';

/** The commands of kubectl that are there. What is not in this list is not yet supported. */
const VERBS: Readonly<Record<string, Verb>> = { ...CREATE, ...CHANGE, ...EXEC, ...READ, ...ROLLOUT };

const ALIASES: Readonly<Record<string, string>> = { 'create ns': 'create namespace', 'create cm': 'create configmap', 'create sa': 'create serviceaccount', 'create svc': 'create service', 'create deploy': 'create deployment' };

const verbOf = (name: string): Verb | undefined => VERBS[ALIASES[name] ?? name];

/** What of a kubectl command is not there: `kubectl autoscale`, `kubectl get --sort-by`. The words may still hold what only a run knows. */
export const missingOf = (words: readonly string[]): readonly string[] => {
  const line = readCommandLine(words);
  const verb = verbOf(line.verb);
  if (verb === undefined) return [`kubectl ${line.verb}`];
  return [...line.flags.keys()].filter((name) => !verb.flags.includes(name) && name !== 'namespace').map((name) => `kubectl ${line.verb} --${name}`);
};

/** Runs a kubectl command against the API. */
export const runKubectl = (words: readonly string[], kubectl: Kubectl): ProgramResult => {
  const line = readCommandLine(words);
  const verb = verbOf(line.verb);
  if (verb === undefined) return { exit: 1, output: '', error: `error: unknown command "${line.verb}" for "kubectl"\n` };
  const [namespace = kubectl.namespace] = line.flags.get('namespace') ?? [];
  try {
    return verb.run(line, { ...kubectl, namespace });
  } catch (error) {
    if (error instanceof KubectlError) return { exit: 1, output: '', error: `${error.message}\n` };
    throw error;
  }
};
