import type { FeedEntry } from '@naumachia/core';
import type { ObjectHeader } from '@naumachia/actors';
import { type Histogram, newHistogram, record } from './histogram.js';
import { type CountsOverTime, countAt, type DurationsOverTime, recordAt } from './over-time.js';

/** When each pod was created, bound and running, seen where its revisions are published. */
export interface PodStages {
  created: number;
  scheduled: number;
  running: number;
  deleted: number;
  readonly createToScheduled: Histogram;
  readonly scheduledToRunning: Histogram;
  readonly createToRunning: Histogram;
  /** Since `firstCreated`: pods that were created, bound and came to run, and how long those had taken from their creation. */
  readonly overTime: { readonly created: CountsOverTime; readonly scheduled: CountsOverTime; readonly running: CountsOverTime; readonly createToRunning: DurationsOverTime };
  firstCreated: number | undefined;
  lastRunning: number | undefined;
}

const RATE_MS = 250;
const LATENCY_MS = 1000;

interface Stage {
  readonly created: number;
  scheduled: number | undefined;
}

export interface PodWatch {
  readonly stages: PodStages;
  see(entries: readonly FeedEntry[], now: number): void;
}

const SCHEDULED_KEY = 'spec.nodeName=';

export const watchPods = (): PodWatch => {
  const underWay = new Map<string, Stage>();
  const stages: PodStages = {
    created: 0, scheduled: 0, running: 0, deleted: 0, createToScheduled: newHistogram(), scheduledToRunning: newHistogram(), createToRunning: newHistogram(),
    overTime: {
      created: { everyMs: RATE_MS, counts: [] }, scheduled: { everyMs: RATE_MS, counts: [] }, running: { everyMs: RATE_MS, counts: [] }, createToRunning: { everyMs: LATENCY_MS, intervals: [] },
    },
    firstCreated: undefined, lastRunning: undefined,
  };
  const { overTime } = stages;
  const see = (entry: FeedEntry, now: number): void => {
    const header = entry.value.header as ObjectHeader;
    if (header.change === 'created') {
      underWay.set(header.uid, { created: now, scheduled: undefined });
      stages.created++;
      stages.firstCreated ??= now;
      countAt(overTime.created, now - stages.firstCreated);
    }
    if (header.change === 'deleted') {
      underWay.delete(header.uid);
      stages.deleted++;
      return;
    }
    const stage = underWay.get(header.uid);
    if (!stage) return;
    if (stage.scheduled === undefined && header.keys.some((key) => key.startsWith(SCHEDULED_KEY))) {
      stage.scheduled = now;
      stages.scheduled++;
      record(stages.createToScheduled, now - stage.created);
      countAt(overTime.scheduled, now - (stages.firstCreated ?? now));
    }
    if (header.change !== 'updated' || stage.scheduled === undefined) return;
    const pod = entry.value.value as { readonly status?: { readonly phase?: string } };
    if (pod.status?.phase !== 'Running') return;
    underWay.delete(header.uid);
    stages.running++;
    stages.lastRunning = now;
    record(stages.scheduledToRunning, now - stage.scheduled);
    record(stages.createToRunning, now - stage.created);
    countAt(overTime.running, now - (stages.firstCreated ?? now));
    recordAt(overTime.createToRunning, now - (stages.firstCreated ?? now), now - stage.created);
  };
  return {
    stages,
    see(entries, now) {
      for (const entry of entries) see(entry, now);
    },
  };
};
