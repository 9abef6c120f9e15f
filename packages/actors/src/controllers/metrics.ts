import type { Instant } from '@naumachia/core';
import type { Family } from '../machinery/metrics/metric.js';
import { workQueueMetrics } from '../machinery/metrics/work-queue-metrics.js';
import type { WithReconcilers } from '../machinery/reconciler.js';

/** The names of the controllers' queues in kube-controller-manager; what it has no queue for keeps its own name. */
const QUEUES: Readonly<Record<string, string>> = {
  'service-account-controller': 'serviceaccount',
  'root-ca-cert-publisher': 'root_ca_cert_publisher',
  'deployment-controller': 'deployment',
  'replicaset-controller': 'replicaset',
  'replication-controller': 'replicationmanager',
  'endpoint-controller': 'endpoint',
  'endpointslice-controller': 'endpoint_slice',
  'endpointslice-mirroring-controller': 'endpoint_slice_mirroring',
  'namespace-controller': 'namespace',
  'garbage-collector-controller': 'garbage_collector_attempt_to_delete',
  'pod-garbage-collector': 'orphaned_pods_nodes',
  'disruption-controller': 'stale_pod_disruption',
  'ttl-controller': 'ttlcontroller',
  'node-ipam-controller': 'cidrallocator_node',
  'node-lifecycle-controller': 'node_lifecycle_controller',
  'taint-eviction-controller': 'noexec_taint_pod',
};

/** What a controller manager has counted, in the metrics of kube-controller-manager. */
export const controllerManagerMetrics = (manager: WithReconcilers, now: Instant): Family[] => workQueueMetrics(manager, now, (controller) => QUEUES[controller] ?? controller);
