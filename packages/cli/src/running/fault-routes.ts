import { type ControlRoute, Refusal } from './control-route.js';

/** What may be done to the components of a cluster. */
export const FAULT_ROUTES: readonly ControlRoute[] = [
  {
    method: 'POST',
    path: '/faults/kill',
    answer: async ({ runtime }, { actors, downFor }) => {
      if (!isNames(actors) || typeof downFor !== 'number' || !(downFor >= 0)) throw new Refusal('expected {"actors": ["kubelet/node-2"], "downFor": MILLISECONDS}');
      for (const actor of actors) if ((await runtime.inspect(actor)) === undefined) throw new Refusal(`no component called ${actor} is running. They are called etcd, apiserver, scheduler, controller-manager, kubelet/NODE and kube-proxy/NODE.`);
      await runtime.applyFaults({ actions: actors.map((actor) => ({ type: 'kill', at: 0, actor, downFor })) });
      return { actors, downFor };
    },
  },
];

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
