import { type Duration, type Instant, milliseconds, named, type Simulation } from '@naumachia/core';
import { kubeletOf } from '../api/kubelet-requests.js';
import type { ApiRequest } from '../api/requests.js';
import type { Kubectl } from './kubectl/kubectl.js';
import { runKubectl } from './kubectl/verbs.js';
import { filesOf, type Scenario } from './scenario.js';
import type { ProgramResult } from './shell/programs.js';
import { runList, type ShellState } from './shell/run.js';
import { parseShell } from './shell/syntax.js';

/** How long a kubectl takes besides what it waits for; the recorded ones took about that. */
const KUBECTL_TAKES = milliseconds(500);
/** Between two looks of a kubectl that waits, and of a step that does. */
const LOOK = milliseconds(100);
/** Seconds that a `wait` step may take. */
const WAIT_LIMIT = 90;

export interface Hooks {
  /** A step of this kind begins: its pace may be set. */
  readonly begins: () => void;
  /** `stop N` or `start N`. */
  readonly node: (action: string) => void;
}

/** Carries the steps of a scenario out on a simulated cluster; says when each began that a timeline shows. */
export const runScript = (simulation: Simulation, scenario: Pick<Scenario, 'name' | 'steps' | 'files'>, hooks: Hooks): readonly { readonly at: Instant; readonly do: string }[] => {
  const actions: { at: Instant; do: string }[] = [];
  const shell = shellOf(simulation, scenario);
  for (const { command, wait, limit, sleep, node } of scenario.steps) {
    const at = simulation.now;
    if (command !== undefined) {
      hooks.begins();
      const { exit, output, error } = shell(command, KUBECTL_TAKES);
      actions.push({ at, do: exit === 0 ? command : `${command}  # exit ${exit}: ${(error === '' ? output : error).trim().split('\n').at(-1) ?? ''}` });
    } else if (node !== undefined) {
      hooks.begins();
      hooks.node(node);
      actions.push({ at, do: `node ${node}` });
    } else if (sleep !== undefined) simulation.advance(milliseconds(sleep * 1000));
    else if (wait !== undefined) {
      // As the recorder does, it goes on with the next step where it gave up waiting.
      while (shell(wait, LOOK).exit !== 0 && simulation.now - at < (limit ?? WAIT_LIMIT) * 1000) simulation.advance(LOOK);
    }
  }
  return actions;
};

/** A shell in the namespace of a scenario; each kubectl takes the given time once it is done. */
export const shellOf = (simulation: Simulation, scenario: Pick<Scenario, 'name' | 'files'>): ((command: string, takes: Duration) => ProgramResult) => {
  const files = filesOf(scenario);
  const api = named<ApiRequest>('apiserver');
  return (command, takes) => {
    const kubectl = (input: string): Kubectl => ({
      ask: (request) => simulation.ask(api, request),
      askKubelet: (node, request) => simulation.ask(kubeletOf(node), request),
      namespace: scenario.name,
      files,
      input,
      now: () => simulation.now,
      until: (holds, limit) => {
        for (const end = simulation.now + limit; !holds(); simulation.advance(LOOK)) if (simulation.now >= end) return false;
        return true;
      },
    });
    const state: ShellState = {
      variables: new Map([['NS', scenario.name]]),
      files,
      kubectl: (words, input) => {
        const result = runKubectl(words, kubectl(input));
        simulation.advance(takes);
        return result;
      },
    };
    return runList(parseShell(command), state);
  };
};
