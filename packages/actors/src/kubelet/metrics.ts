import { between, type Instant, type Observer } from '@naumachia/core';
import type { ObjectHeader } from '../api/object.js';
import type { PatchRequest } from '../api/requests.js';
import { countDuration, newDurationCounts } from '../machinery/metrics/duration-counts.js';
import { counter, type Family, gauge, histogram } from '../machinery/metrics/metric.js';
import type { KubeletState } from './kubelet-state.js';
import type { StatusPatch } from './status-patch.js';

// pkg/kubelet/metrics/metrics.go
const START_BUCKETS = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600];
const runningPods = gauge({ name: 'kubelet_running_pods', help: 'Pods whose sandbox runs.', stability: 'ALPHA' });
const runningContainers = gauge({ name: 'kubelet_running_containers', help: 'Containers by their state.', stability: 'ALPHA', labels: ['container_state'] });
const desiredPods = gauge({ name: 'kubelet_desired_pods', help: 'Pods that kubelets are to run; none of them is static.', stability: 'ALPHA', labels: ['static'] });
const podStart = histogram({ name: 'kubelet_pod_start_duration_seconds', help: 'From when the kubelet saw a pod first until it told that the pod runs.', stability: 'ALPHA', buckets: START_BUCKETS });
const startedPods = counter({ name: 'kubelet_started_pods_total', help: 'Pods that have come to run.', stability: 'ALPHA' });

/** What all kubelets of a host run at the moment, in the metrics of kubelet. */
export const kubeletMetrics = (kubelets: Iterable<KubeletState>): Family[] => {
  const containers = new Map<string, number>();
  let [nodes, pods, desired] = [0, 0, 0];
  for (const { runtime, used } of kubelets) {
    nodes++;
    desired += used.pods;
    for (const sandbox of runtime.sandboxes.values()) {
      if (sandbox.ready) pods++;
      for (const { state } of sandbox.containers) containers.set(state, (containers.get(state) ?? 0) + 1);
    }
  }
  if (nodes === 0) return [];
  return [
    { metric: runningPods, samples: [{ labels: [], value: pods }] },
    { metric: runningContainers, samples: [...containers].map(([state, value]) => ({ labels: [state], value })) },
    { metric: desiredPods, samples: [{ labels: [''], value: desired }] },
  ];
};

const PODS = 'pods';

/** Times the starts of pods, seen from outside: when a batch brings a kubelet its pod, and when the kubelet tells that it runs. */
export const observePodStarts = (): { readonly observer: Pick<Observer, 'fed' | 'posted'>; readonly families: () => Family[] } => {
  const seen = new Map<string, Instant>();
  const durations = newDurationCounts(START_BUCKETS);
  let started = 0;
  return {
    observer: {
      fed({ actor }, { feed, entries }, now) {
        if (feed !== PODS || !actor.startsWith('kubelet/')) return;
        for (const { value } of entries) {
          const { uid, change } = value.header as ObjectHeader;
          if (change === 'deleted') seen.delete(uid);
          // One that has been seen before keeps its time; one that runs already is seen again with every change, until it is gone.
          else if (!seen.has(uid)) seen.set(uid, now);
        }
      },
      posted({ kind, from, message }, now) {
        if (kind !== 'request' || message.type !== 'patch' || !from.actor.startsWith('kubelet/')) return;
        const { resource, subresource, patch } = message as PatchRequest;
        if (resource !== PODS || subresource !== 'status') return;
        const { metadata, status } = patch as StatusPatch;
        if (status['phase'] !== 'Running') return;
        const since = seen.get(metadata.uid);
        if (since === undefined) return;
        started++;
        countDuration(durations, START_BUCKETS, between(since, now));
      },
    },
    families: () => (seen.size === 0 && started === 0 ? [] : [{ metric: podStart, samples: [{ labels: [], counts: durations.counts, sum: durations.sum }] }, { metric: startedPods, samples: [{ labels: [], value: started }] }]),
  };
};
