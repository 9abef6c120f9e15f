import { forgetPod } from '../../packages/actors/dist/scheduler/cache/assigned-pods.js';
import { plant } from './plant.mjs';

/** The scheduler does not count a pod on its node while the binding is under way. */
export const catalog = plant('scheduler', (definition) => ({
  ...definition,
  receive: {
    ...definition.receive,
    schedule: (state, message, context) => {
      definition.receive.schedule(state, message, context);
      for (const uid of state.binding.keys()) forgetPod(state.scheduling.assigned, state.scheduling.table, uid);
    },
  },
}));
