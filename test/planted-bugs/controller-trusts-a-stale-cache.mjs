import { plant } from './plant.mjs';

/** The ReplicaSet controller remembers nothing of what it has asked for, and counts what its cache happens to show. */
export const catalog = plant('controller-manager', (definition) => ({
  ...definition,
  start: (config, context) => {
    const manager = definition.start(config, context);
    const { expectations } = manager.reconcilers.get('replicaset-controller');
    expectations.set = () => expectations;
    return manager;
  },
}));
