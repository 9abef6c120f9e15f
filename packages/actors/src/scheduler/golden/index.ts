import type { Pod } from '../../api/generated/types.js';
import { asksForClaims, asksForDevices, asksForExclusiveDisks, asksForPodAffinity, asksForSpreading } from '../plugins/not-built/not-built.js';
import { compareDecision, compareSequence, type GoldenDecision, type GoldenSequence } from './decisions.js';
import { compareHints, compareScenario, type GoldenHint, type GoldenScenario } from './queue.js';

/** A line of a file of the golden set `scheduler`; the family (`decisions/resources`, `queue/hints`, ...) says which. */
export type SchedulerCase = GoldenDecision | GoldenSequence | GoldenScenario | GoldenHint;

/**
 * Runs one recorded case and returns the first difference, if there is one. Of what plugins in `notBuilt` say, nothing is compared
 * where every plugin is asked one by one (queueing hints).
 */
export const compareSchedulerCase = (family: string, line: SchedulerCase, notBuilt: ReadonlySet<string>): string | undefined => {
  if (family === 'queue/hints') return compareHints(line as GoldenHint, notBuilt);
  if (family === 'queue/scenarios') return compareScenario(line as GoldenScenario);
  return ('queue' in line ? compareSequence(line) : compareDecision(line as GoldenDecision))[0];
};

/** What a case takes to run: plugins that are given something to do, by their names, and what else is special about it. */
export const usesOfSchedulerCase = (family: string, line: SchedulerCase): ReadonlySet<string> => {
  const uses = new Set<string>();
  if (family === 'config/results') return uses.add('KubeSchedulerConfiguration');
  // Each hint is a question to one plugin; those of other plugins are left out of the comparison.
  if (family === 'queue/hints') return uses;
  if (family === 'queue/scenarios') {
    for (const { object } of (line as GoldenScenario).steps) if (object && 'containers' in ((object['spec'] ?? {}) as object)) addUsesOfPod(uses, object as Pod);
    return uses;
  }
  addUsesOfDecision(uses, line as GoldenDecision | GoldenSequence);
  return uses;
};

/** Objects of these kinds give plugins something to do whatever the pod asks for. */
const PLUGIN_OF_OBJECTS: Readonly<Record<string, string>> = {
  services: 'PodTopologySpread',
  replicaSets: 'PodTopologySpread',
  replicationControllers: 'PodTopologySpread',
  statefulSets: 'PodTopologySpread',
  podDisruptionBudgets: 'DefaultPreemption',
};

const addUsesOfDecision = (uses: Set<string>, golden: GoldenDecision | GoldenSequence): void => {
  if (golden.config !== undefined) uses.add('KubeSchedulerConfiguration');
  for (const kind in golden.objects) if (PLUGIN_OF_OBJECTS[kind] && golden.objects[kind]?.length) uses.add(PLUGIN_OF_OBJECTS[kind]);
  const running = golden.objects.pods ?? [];
  const pending = 'queue' in golden ? golden.queue : [golden.pod];
  const results = 'queue' in golden ? golden.result : [golden.result];
  for (const pod of pending) addUsesOfPod(uses, pod);
  if (running.some(asksForPodAffinity)) uses.add('InterPodAffinity');
  if ([...running, ...pending].some(({ spec, status }) => !spec.nodeName && status?.nominatedNodeName)) uses.add('nominated pods');
  const lowest = Math.min(...[...running, ...pending].map(({ spec }) => spec.priority ?? 0));
  if (pending.some(({ spec }) => (spec.priority ?? 0) > lowest && spec.preemptionPolicy !== 'Never')) uses.add('DefaultPreemption');
  // The recorder's API server refused this binding: only the outcome shows that it did.
  if (results.some(({ error }) => error?.startsWith('running Bind plugin'))) uses.add('a binding that the API server refuses');
};

const addUsesOfPod = (uses: Set<string>, pod: Pod): void => {
  if (asksForClaims(pod)) uses.add('VolumeBinding');
  if (asksForExclusiveDisks(pod)) uses.add('VolumeRestrictions');
  if (asksForSpreading(pod)) uses.add('PodTopologySpread');
  if (asksForPodAffinity(pod)) uses.add('InterPodAffinity');
  if (asksForDevices(pod)) uses.add('DynamicResources');
  if (pod.spec.tolerations?.some(({ operator }) => operator === 'Gt' || operator === 'Lt')) uses.add('TaintTolerationComparisonOperators');
};
