import { type Duration, type FaultRule, milliseconds, Random } from '@naumachia/core';

/**
 * What chance decides in a run: which attempt at the phases of the cluster's clocks (index 0), and at the pace of each step of the
 * scenario. A real cluster draws these by itself; here a list of numbers is a schedule that can be played again.
 */
export type Schedule = readonly number[];

/** Longer than nodeStatusReportFrequency (5 min): each node has sent a periodic report, as those of the recorder's cluster had. */
const LONG_UP = 400_000;

/**
 * When the nodes join and the scenario starts: the phases of node monitors, leases and periodic reports. Where nodes are watched, the
 * cluster must have been up for long.
 */
export const phasesOf = (schedule: Schedule, nodesWatched: boolean): { readonly nodesJoin: Duration; readonly warmUp: Duration } => {
  const attempt = schedule[0] ?? 0;
  const random = Random.named(attempt, 'phases');
  const warmUp = nodesWatched ? LONG_UP : 20_000;
  return attempt === 0 ? { nodesJoin: milliseconds(0), warmUp: milliseconds(warmUp) } : { nodesJoin: milliseconds(random.below(5_000)), warmUp: milliseconds(warmUp + random.below(10_000)) };
};

const COMPONENTS = ['controller-manager', 'scheduler', ...[1, 2, 3, 4, 5, 6].map((index) => `kubelet/node-${index}`)];
/** Most milliseconds that a message takes: from an idle machine to one as busy as the recorder's. */
const LOADS = [0, 5, 20, 50, 100, 200, 400];

/** How busy the machine is during a step: by how much messages are late. The first attempt has an idle machine. */
export const paceOf = (schedule: Schedule, step: number): readonly FaultRule[] => {
  const attempt = schedule[step] ?? 0;
  if (attempt === 0) return [];
  const random = Random.named(attempt, `pace of step ${step}`);
  return COMPONENTS.flatMap((component): FaultRule[] => [
    { from: component, to: 'apiserver', fault: { type: 'delay', milliseconds: 0, jitter: LOADS[random.below(LOADS.length)] ?? 0 } },
    { from: 'apiserver', to: component, fault: { type: 'delay', milliseconds: 0, jitter: LOADS[random.below(LOADS.length)] ?? 0 } },
  ]);
};
