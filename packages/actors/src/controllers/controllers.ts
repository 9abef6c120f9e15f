import type { ManagedController } from './controller.js';
import { deploymentController } from './deployment/deployment.js';
import { staleDisruptionController } from './disruption/stale-disruption.js';
import { endpointSliceController } from './endpoints/endpoint-slice.js';
import { endpointSliceMirroringController } from './endpoints/endpoint-slice-mirroring.js';
import { endpointsController } from './endpoints/endpoints.js';
import { garbageCollector } from './garbage-collector/garbage-collector.js';
import { namespaceController } from './namespace/namespace.js';
import { nodeEvictor } from './node-lifecycle/node-evictor.js';
import { nodeIpam } from './node-lifecycle/node-ipam.js';
import { nodeMonitor } from './node-lifecycle/node-monitor.js';
import { nodeTainter } from './node-lifecycle/node-tainter.js';
import { taintEvictionController } from './node-lifecycle/taint-eviction.js';
import { ttlController } from './node-lifecycle/ttl.js';
import { podGarbageCollector } from './pod-gc/pod-gc.js';
import { replicaSetController, replicationControllerController } from './replica-set/replica-set.js';
import { rootCaPublisher } from './root-ca-publisher.js';
import { serviceAccountController } from './service-account.js';
import { persistentVolumeClaimProtection, persistentVolumeProtection, volumeAttributesClassProtection } from './volume-protection/volume-protection.js';

/** Every controller that the controller manager runs. */
export const CONTROLLERS: readonly ManagedController[] = [
  serviceAccountController,
  rootCaPublisher,
  deploymentController,
  replicaSetController,
  replicationControllerController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  namespaceController,
  garbageCollector,
  podGarbageCollector,
  staleDisruptionController,
  ttlController,
  nodeIpam,
  nodeTainter,
  nodeMonitor,
  nodeEvictor,
  taintEvictionController,
  persistentVolumeClaimProtection,
  persistentVolumeProtection,
  volumeAttributesClassProtection,
];
