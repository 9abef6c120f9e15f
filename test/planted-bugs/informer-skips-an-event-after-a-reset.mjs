import { plant } from './plant.mjs';

/** After its watch was reset and resumed, an informer of the controller manager loses the first event. */
export const catalog = plant('controller-manager', (definition) => {
  const resumed = new WeakMap();
  const { feed, feedEnded } = definition.signals;
  return {
    ...definition,
    signals: {
      ...definition.signals,
      feedEnded: (manager, end, context) => {
        if (end.reason === 'reset') resumed.set(manager, (resumed.get(manager) ?? new Set()).add(end.feed));
        feedEnded(manager, end, context);
      },
      feed: (manager, batch, context) => {
        const loses = resumed.get(manager)?.delete(batch.feed) === true;
        feed(manager, loses ? { ...batch, entries: batch.entries.slice(1) } : batch, context);
      },
    },
  };
});
