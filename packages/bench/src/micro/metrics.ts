import { exposition, metricsOf, type ObservedMetrics, reporter } from '@naumachia/actors/metrics';
import type { Address, Envelope, HostReport, Instant, Observer } from '@naumachia/core';
import type { SuiteTask } from './suite.js';

const REQUESTS = 1000;
const KUBELET: Address = { actor: 'kubelet/node-1', incarnation: 1 };
const APISERVER: Address = { actor: 'apiserver', incarnation: 1 };
const PATCH = { type: 'patch', user: { name: 'system:node:node-1', groups: [] }, resource: 'pods', subresource: 'status', namespace: 'default', name: 'web', fieldManager: 'kubelet', patchType: 'strategic', patch: { metadata: { uid: 'u' }, status: {} } };
const ANSWER = { type: 'written', name: 'web', uid: 'u', revision: 7 };

/** What metrics cost a run whose metrics are asked for, and one scrape of them; a run without them has no part of it. */
export const metricsTasks = (): SuiteTask[] => {
  const { observer, report } = reporter();
  const seen = observer as Required<Pick<Observer, 'posted' | 'received'>>;
  const pairs = Array.from({ length: REQUESTS }, (_, slot) => ({ request: envelope('request', KUBELET, APISERVER, slot, PATCH), answer: envelope('reply', APISERVER, KUBELET, slot, ANSWER) }));
  let now = 0;
  const requests = (): void => {
    for (const { request, answer } of pairs) {
      seen.posted(request, now as Instant, 1);
      seen.received(request, now as Instant);
      seen.posted(answer, ++now as Instant, 0);
      seen.received(answer, now as Instant);
    }
  };
  requests();
  const { metrics } = report(function* () {}) as ObservedMetrics;
  const reports = Array.from({ length: 100 }, (_, host): HostReport => ({ host: `kubelet/node-${host}`, actors: 1, heapBytes: 0, cpuSeconds: 0, loopDelay: { p99: 0, max: 0 }, observed: { metrics } }));
  return [
    { name: 'metrics: an API request and its answer, counted', operations: REQUESTS, run: requests },
    { name: 'metrics: a scrape of 100 hosts', run: () => exposition(metricsOf(reports)) },
  ];
};

const envelope = (kind: Envelope['kind'], from: Address, to: Address, slot: number, message: Envelope['message']): Envelope => ({ id: slot, cause: 0, from, to, link: 'stream', kind, slot, deadline: undefined, message });
