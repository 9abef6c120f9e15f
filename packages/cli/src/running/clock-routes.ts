import { milliseconds, SimulatedRuntime, type VirtualClock } from '@naumachia/core';
import { writeRecordedRun } from '../recorded-run.js';
import { type ControlledCluster, type ControlRoute, Refusal } from './control-route.js';

/** A simulated cluster's clock, as it is told to other processes. */
export interface ClockState {
  /** RFC 3339. */
  readonly now: string;
  /** Virtual seconds in one of wall time; 0: it stands. */
  readonly speed: number;
}

/** What may be asked of the clock of a simulated cluster. */
export const CLOCK_ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: '/clock', answer: (cluster) => stateOf(clockOf(cluster)) },
  {
    method: 'POST',
    path: '/clock/advance',
    answer: async (cluster, { milliseconds: count }) => {
      if (typeof count !== 'number' || !(count >= 0)) throw new Refusal('expected {"milliseconds": ...}, at least 0');
      const clock = clockOf(cluster);
      await clock.advance(milliseconds(count)).catch((error: Error) => {
        throw new Refusal(error.message);
      });
      return stateOf(clock);
    },
  },
  {
    method: 'POST',
    path: '/clock/speed',
    answer: (cluster, { speed }) => {
      if (typeof speed !== 'number' || !(speed >= 0)) throw new Refusal('expected {"speed": ...}, at least 0');
      const clock = clockOf(cluster);
      if (speed === 0) clock.pause();
      else clock.setSpeed(speed);
      return stateOf(clock);
    },
  },
  {
    method: 'POST',
    path: '/clock/save',
    answer: (cluster, { file }) => {
      if (typeof file !== 'string') throw new Refusal('expected {"file": "..."}');
      const { runtime } = cluster;
      if (!(runtime instanceof SimulatedRuntime)) throw notSimulated(cluster);
      writeRecordedRun(file, runtime);
      return stateOf(runtime.clock);
    },
  },
];

const stateOf = (clock: VirtualClock): ClockState => ({ now: new Date(clock.now()).toISOString(), speed: clock.speed });

const clockOf = (cluster: ControlledCluster): VirtualClock => {
  const { clock } = cluster.runtime;
  if (!clock) throw notSimulated(cluster);
  return clock;
};

const notSimulated = (cluster: ControlledCluster): Refusal =>
  new Refusal(`the cluster ${cluster.entry().name} lives in wall time: only one that was started with --mode simulated has a clock that can be set`);
