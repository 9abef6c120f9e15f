import { traceLine, type TraceStep } from '@naumachia/bench/trace';
import type { Instant, Runtime } from '@naumachia/core';

export type { TraceStep };

export interface TraceSelection {
  /** How many of the last steps. Default 100. */
  readonly last?: number;
  /** Only steps that have this text in them: a component (`kubelet/node-1`), an object's name, a verb. */
  readonly about?: string;
}

/** What the components of a cluster have done last: every message that one handled, a few thousand of them for each thread. */
export interface ClusterTrace {
  /** The steps, oldest first. */
  steps(selection?: TraceSelection): Promise<TraceStep[]>;
  /** The same as text, a line for each step, with the seconds since the cluster was started. */
  text(selection?: TraceSelection): Promise<string>;
  /** Of everything that has happened so far: equal runs of a simulated cluster have equal hashes. Undefined in the other modes. */
  readonly hash: string | undefined;
}

const DEFAULT_LAST = 100;

/** Reads the trace of a cluster from what its hosts report. */
export const clusterTrace = (runtime: Runtime, start: Instant, hash: () => string | undefined): ClusterTrace => {
  const steps = async ({ last = DEFAULT_LAST, about }: TraceSelection = {}): Promise<TraceStep[]> => {
    const reports = await runtime.reports();
    const all = reports.flatMap(({ observed }) => (observed ?? []) as readonly TraceStep[]);
    const wanted = about === undefined ? all : all.filter((step) => traceLine(step, start).includes(about));
    return wanted.sort((a, b) => a.at - b.at).slice(-last);
  };
  return {
    steps,
    text: async (selection) => (await steps(selection)).map((step) => traceLine(step, start)).join('\n'),
    get hash() {
      return hash();
    },
  };
};
