import type { Pod } from '../api/generated/types.js';
import { type GoldenDecision, type GoldenSequence, compareDecision, compareSequence } from './golden-decisions.js';
import { type GoldenHint, type GoldenScenario, compareHints, compareScenario, missingPlugin } from './golden-queue.js';
import { asksForClaims, asksForDevices, asksForExclusiveDisks, asksForPodAffinity, asksForSpreading } from './plugins/not-built/not-built.js';

/** What came of one recorded case. What is not supported follows from what the case asks for, never from how it came out. */
export type GoldenOutcome =
  | { readonly type: 'passed' }
  /** `difference` is the first. */
  | { readonly type: 'failed'; readonly difference: string }
  | { readonly type: 'not yet supported'; readonly feature: string };

const PASSED: GoldenOutcome = { type: 'passed' };

/**
 * Runs one case, a line of `FAMILY.jsonl` in the golden set `scheduler`: `decisions/resources`, `queue/scenarios`, `queue/hints`, ...
 * To be called by whoever reads the files.
 */
export const runGoldenCase = (family: string, line: unknown): GoldenOutcome => {
  switch (family) {
    case 'queue/scenarios': {
      const scenario = line as GoldenScenario;
      const feature = missingPlugin(scenario);
      return feature ? { type: 'not yet supported', feature } : outcome(compareScenario(scenario));
    }
    case 'queue/hints':
      return outcome(compareHints(line as GoldenHint));
    case 'config/results':
      return { type: 'not yet supported', feature: 'KubeSchedulerConfiguration' };
    default: {
      const golden = line as GoldenDecision | GoldenSequence;
      const feature = missingFeature(golden);
      if (feature) return { type: 'not yet supported', feature };
      return outcome(('queue' in golden ? compareSequence(golden) : compareDecision(golden))[0]);
    }
  }
};

const outcome = (difference: string | undefined): GoldenOutcome => (difference === undefined ? PASSED : { type: 'failed', difference });

/** Objects of these kinds give plugins that are not built something to do. */
const OBJECTS: Readonly<Record<string, string>> = {
  services: 'PodTopologySpread',
  replicaSets: 'PodTopologySpread',
  replicationControllers: 'PodTopologySpread',
  statefulSets: 'PodTopologySpread',
  podDisruptionBudgets: 'DefaultPreemption',
};

const asked = (pod: Pod): string | undefined => {
  if (asksForClaims(pod)) return 'VolumeBinding';
  if (asksForExclusiveDisks(pod)) return 'VolumeRestrictions';
  if (asksForSpreading(pod)) return 'PodTopologySpread';
  if (asksForPodAffinity(pod)) return 'InterPodAffinity';
  if (asksForDevices(pod)) return 'DynamicResources';
  if (pod.spec.tolerations?.some(({ operator }) => operator === 'Gt' || operator === 'Lt')) return 'TaintTolerationComparisonOperators (alpha)';
  return undefined;
};

/** The declared list: what a case needs that is not built yet; undefined if it can run. */
const missingFeature = (golden: GoldenDecision | GoldenSequence): string | undefined => {
  if (golden.config !== undefined) return 'KubeSchedulerConfiguration';
  if (golden.id === 'events-bind-error') return 'a recorded refusal of the API server';
  for (const kind in golden.objects) if (OBJECTS[kind] && golden.objects[kind]?.length) return OBJECTS[kind];
  const running = golden.objects.pods ?? [];
  const pending = 'queue' in golden ? golden.queue : [golden.pod];
  for (const pod of pending) {
    const feature = asked(pod);
    if (feature) return feature;
  }
  if (running.some(asksForPodAffinity)) return 'InterPodAffinity';
  if ([...running, ...pending].some(({ spec, status }) => !spec.nodeName && status?.nominatedNodeName)) return 'DefaultPreemption';
  const lowest = Math.min(...[...running, ...pending].map(({ spec }) => spec.priority ?? 0));
  if (pending.some(({ spec }) => (spec.priority ?? 0) > lowest && spec.preemptionPolicy !== 'Never')) return 'DefaultPreemption';
  return undefined;
};
