import { CLOCK_ROUTES } from './clock-routes.js';
import { type ControlRoute, Refusal } from './control-route.js';
import { FAULT_ROUTES } from './fault-routes.js';

/** Everything that a cluster can be asked for. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: '/status', answer: (cluster) => cluster.entry() },
  {
    method: 'POST',
    path: '/stop',
    answer: async (cluster) => {
      await cluster.stop();
      return { stopped: true };
    },
  },
  { method: 'GET', path: '/kubeconfig', answer: (cluster) => ({ kubeconfig: cluster.kubeconfig() }) },
  {
    method: 'POST',
    path: '/kubeconfig',
    answer: (cluster, { file }) => {
      if (typeof file !== 'string') throw new Refusal('expected {"file": "..."}');
      cluster.addToKubeconfig(file);
      return { file };
    },
  },
  ...CLOCK_ROUTES,
  ...FAULT_ROUTES,
];
