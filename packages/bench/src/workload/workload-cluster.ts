import { clusterActors } from '@naumachia/actors';
import type { ActorSpec } from '@naumachia/core';

/**
 * The components that scheduler_perf starts (util.go `mustSetupCluster`, Kubernetes 1.36): etcd, an API server without the admission plugins that
 * would want more controllers, a scheduler, the garbage collector and the namespace controller. None elects a leader. There are no nodes: those of a
 * workload are objects that no kubelet stands behind, so a pod's way ends with its binding.
 */
export const workloadActors = (): ActorSpec[] =>
  clusterActors({ nodes: 0, latency: 'none' }).map((spec) => {
    const own = CONFIG[spec.kind];
    return own === undefined ? spec : { ...spec, config: { ...(spec.config as object), ...own } };
  });

const CONFIG: Readonly<Record<string, object>> = {
  apiserver: { disableAdmissionPlugins: ['ServiceAccount', 'TaintNodesByCondition', 'Priority'] },
  scheduler: { leaderElect: false },
  'controller-manager': { leaderElect: false, controllers: ['garbage-collector-controller', 'namespace-controller'] },
};
