import type { ManagedController } from './controller.js';
import { deploymentController } from './deployment/deployment.js';
import { endpointSliceController } from './endpoints/endpoint-slice.js';
import { endpointsController } from './endpoints/endpoints.js';
import { replicaSetController, replicationControllerController } from './replica-set/replica-set.js';
import { rootCaPublisher } from './root-ca-publisher.js';
import { serviceAccountController } from './service-account.js';

/** Every controller that the controller manager runs. */
export const CONTROLLERS: readonly ManagedController[] = [
  serviceAccountController,
  rootCaPublisher,
  deploymentController,
  replicaSetController,
  replicationControllerController,
  endpointsController,
  endpointSliceController,
];
