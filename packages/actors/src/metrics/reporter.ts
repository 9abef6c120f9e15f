import type { Envelope, FeedBatch, Instant, Observer, Reporter } from '@naumachia/core';
import { observeEtcdRequests } from '../apiserver/etcd-request-observer.js';
import { apiServerMetrics } from '../apiserver/metrics.js';
import { observeRequests } from '../apiserver/request-observer.js';
import type { ApiServerState } from '../apiserver/state.js';
import { controllerManagerMetrics } from '../controllers/metrics.js';
import { kubeProxyMetrics, observeSyncs } from '../kube-proxy/metrics.js';
import type { KubeProxyState } from '../kube-proxy/kube-proxy-state.js';
import type { KubeletState } from '../kubelet/kubelet-state.js';
import { kubeletMetrics, observePodStarts } from '../kubelet/metrics.js';
import type { ObservedMetrics } from '../machinery/metrics/merge.js';
import type { WithReconcilers } from '../machinery/reconciler.js';
import { schedulerMetrics } from '../scheduler/metrics.js';
import type { SchedulerState } from '../scheduler/scheduler.js';

/**
 * Collects the metrics of the components of one host. What happens often is counted here and not by the actors: whom nobody asks for
 * metrics pays nothing for them. What only actors know (how long keys wait, why pods are not placed) they count as plain numbers.
 */
export const reporter = (): Reporter => {
  const requests = observeRequests();
  const etcd = observeEtcdRequests();
  const podStarts = observePodStarts();
  const syncs = observeSyncs();
  let present: Instant | undefined;

  const observer: Observer = {
    received(envelope: Envelope, now: Instant) {
      present = now;
      requests.observer.received?.(envelope, now);
      etcd.observer.received?.(envelope, now);
    },
    posted(envelope: Envelope, now: Instant, sender) {
      requests.observer.posted?.(envelope, now, sender);
      etcd.observer.posted?.(envelope, now, sender);
      podStarts.observer.posted?.(envelope, now, sender);
    },
    fed(subscriber, batch: FeedBatch, now: Instant, index) {
      podStarts.observer.fed?.(subscriber, batch, now, index);
    },
    stepped(actor, step, microseconds, index, ended) {
      syncs.observer.stepped?.(actor, step, microseconds, index, ended);
    },
    ended(actor, restarting, now) {
      requests.observer.ended?.(actor, restarting, now);
      etcd.observer.ended?.(actor, restarting, now);
    },
  };

  return {
    observer,
    report: (states): ObservedMetrics => ({
      metrics: [
        ...requests.families(),
        ...etcd.families(),
        ...podStarts.families(),
        ...syncs.families(),
        ...[...(states('apiserver') as Iterable<ApiServerState>)].flatMap(apiServerMetrics),
        ...[...(states('scheduler') as Iterable<SchedulerState>)].flatMap(schedulerMetrics),
        ...[...(states('controller-manager') as Iterable<WithReconcilers>)].flatMap((state) => controllerManagerMetrics(state, present ?? (0 as Instant))),
        ...kubeletMetrics(states('kubelet') as Iterable<KubeletState>),
        ...kubeProxyMetrics(states('kube-proxy') as Iterable<KubeProxyState>),
      ],
    }),
  };
};
