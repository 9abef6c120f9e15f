import type { Pod } from '../../api/generated/types.js';
import { type PodTrace, type RecordedScenario, tracesOf } from './trace.js';
import { compareNodes } from './node-object.js';

export type { RecordedScenario } from './trace.js';

/** What was written and what was there at the end, of either run. */
type Run = Pick<RecordedScenario, 'timeline' | 'final'>;

/** The first difference between what kubelets wrote of their pods and nodes in a recorded scenario and in a run of ours, if there is one. */
export const compareKubelets = (scenario: RecordedScenario, run: Run): string | undefined => {
  const ours = tracesOf(run);
  for (const [pod, trace] of tracesOf(scenario)) {
    const difference = compareTraces(ours.get(pod) ?? { states: [], events: [] }, trace, goesOn(scenario, pod));
    if (difference !== undefined) return `Pod ${pod}: ${difference}`;
  }
  return compareNodes(scenario.final, run.final);
};

/** Whether the kubelet still had something to do with the pod when the recording ended: a crash loop, a pull that is tried again, probes. */
const goesOn = ({ final }: RecordedScenario, name: string): boolean => {
  const pod = final.find((object) => object.kind === 'Pod' && object.metadata.name === name) as Pod | undefined;
  if (pod === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return false;
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  const probed = containers.some(({ livenessProbe, readinessProbe, startupProbe }) => livenessProbe ?? readinessProbe ?? startupProbe);
  return probed || pod.status?.containerStatuses?.some(({ state, restartCount }) => state?.waiting !== undefined || restartCount > 0) === true;
};

/**
 * The recorded states come in order, where the recording may have merged some of ours into one; what stands at the end is the same; and so
 * are the Events. Of a pod that goes on, ours may have gone on further.
 */
const compareTraces = (ours: PodTrace, recorded: PodTrace, loops: boolean): string | undefined => {
  let at = 0;
  for (const state of recorded.states) {
    const found = ours.states.indexOf(state, at);
    if (found < 0) return `status: ${differentLine(ours.states[at] ?? ours.states.at(-1) ?? '', state)}`;
    at = found + 1;
  }
  if (!loops && ours.states.at(-1) !== recorded.states.at(-1)) return `last status: ${differentLine(ours.states.at(-1) ?? '', recorded.states.at(-1) ?? '')}`;
  const more = ours.states.length - recorded.states.length;
  if (more > (loops ? 4 : 1)) return `${more} states that the recording does not have: ${ours.states.find((state) => !recorded.states.includes(state)) ?? ''}`;
  const [mine, theirs] = [withoutRetries(ours.events), withoutRetries(recorded.events)];
  for (const [at, event] of theirs.entries()) if (mine[at] !== event) return `Event ${at + 1}: ${mine[at] ?? 'none'} instead of ${event}`;
  return !loops && mine.length > theirs.length ? `an Event that the recording does not have: ${mine[theirs.length]}` : undefined;
};

/** How often a warning came again depends on how long the next step took: its repetitions in a row count once. */
const withoutRetries = (events: readonly string[]): readonly string[] =>
  events.map((event) => (event.startsWith('Warning ') ? event.replace(/ x\d+$/, '') : event)).filter((event, at, all) => !event.startsWith('Warning ') || event !== all[at - 1]);

/** What differs first between two states of a line per leaf. */
const differentLine = (ours: string, recorded: string): string => {
  const [mine, theirs] = [ours.split('\n'), recorded.split('\n')];
  const lacking = theirs.find((line) => !mine.includes(line));
  const surplus = mine.find((line) => !theirs.includes(line));
  return `${surplus ?? 'nothing'} instead of ${lacking ?? 'nothing'}`;
};
