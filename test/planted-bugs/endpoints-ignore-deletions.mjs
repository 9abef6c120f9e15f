import { endpointSliceController } from '../../packages/actors/dist/controllers/endpoints/endpoint-slice.js';
import { plant } from './plant.mjs';

const { pods } = endpointSliceController.watches;

/** The EndpointSlice controller does not look when a pod is deleted, but only when one comes or changes. */
export const catalog = plant('controller-manager', (definition) => definition);

// The controller manager asks for the handlers when it is loaded, which is later.
endpointSliceController.watches.pods = (manager, former, current, context) => {
  if (current !== undefined && !current.terminating) pods(manager, former, current, context);
};
