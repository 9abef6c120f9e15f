import type { Instant } from '@naumachia/core';
import type { WithReconcilers } from '../reconciler.js';
import { QUEUE_BUCKETS } from '../work-queue.js';
import { counter, type Family, gauge, histogram } from './metric.js';

// component-base/metrics/prometheus/workqueue/metrics.go
const labels = ['name'];
const depth = gauge({ name: 'workqueue_depth', help: 'Keys that wait for a worker.', stability: 'BETA', labels });
const adds = counter({ name: 'workqueue_adds_total', help: 'Keys that were added; one that waits already is not added again.', stability: 'BETA', labels });
const retries = counter({ name: 'workqueue_retries_total', help: 'Keys that were put back after they had failed.', stability: 'BETA', labels });
const queued = histogram({ name: 'workqueue_queue_duration_seconds', help: 'How long keys waited for a worker.', stability: 'BETA', labels, buckets: QUEUE_BUCKETS });
const worked = histogram({ name: 'workqueue_work_duration_seconds', help: 'How long keys were worked on.', stability: 'BETA', labels, buckets: QUEUE_BUCKETS });
const unfinished = gauge({ name: 'workqueue_unfinished_work_seconds', help: 'How long the keys that are being worked on have been, together.', stability: 'BETA', labels });
const longest = gauge({ name: 'workqueue_longest_running_processor_seconds', help: 'How long the key has been worked on that has been for longest.', stability: 'BETA', labels });

/** The work queues of an actor's controllers, in the metrics of client-go. */
export const workQueueMetrics = ({ reconcilers }: WithReconcilers, now: Instant, nameOf: (controller: string) => string): Family[] => {
  const queues = [...reconcilers].map(([name, { queue }]) => ({ labels: [nameOf(name)], queue, running: [...queue.processing.values()].map((since) => Math.max(0, now - since) / 1000) }));
  return [
    { metric: depth, samples: queues.map(({ labels: name, queue }) => ({ labels: name, value: queue.ready.size })) },
    { metric: adds, samples: queues.map(({ labels: name, queue }) => ({ labels: name, value: queue.counts.adds })) },
    { metric: retries, samples: queues.map(({ labels: name, queue }) => ({ labels: name, value: queue.counts.retries })) },
    { metric: queued, samples: queues.map(({ labels: name, queue }) => ({ labels: name, counts: queue.counts.queued.counts, sum: queue.counts.queued.sum })) },
    { metric: worked, samples: queues.map(({ labels: name, queue }) => ({ labels: name, counts: queue.counts.worked.counts, sum: queue.counts.worked.sum })) },
    { metric: unfinished, samples: queues.map(({ labels: name, running }) => ({ labels: name, value: running.reduce((sum, seconds) => sum + seconds, 0) })) },
    { metric: longest, samples: queues.map(({ labels: name, running }) => ({ labels: name, value: running.reduce((most, seconds) => Math.max(most, seconds), 0) })) },
  ];
};
