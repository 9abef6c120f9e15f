import { plant } from './plant.mjs';

/** A kubelet whose watch was reset once takes no notice of deletions any more: what was taken from its node while it was away goes on there. */
export const catalog = plant('kubelet', (definition) => {
  const wasCutOff = new WeakSet();
  const { feed, feedEnded } = definition.signals;
  return {
    ...definition,
    signals: {
      ...definition.signals,
      feedEnded: (state, end, context) => {
        wasCutOff.add(state);
        feedEnded(state, end, context);
      },
      feed: (state, batch, context) => feed(state, wasCutOff.has(state) ? { ...batch, entries: batch.entries.filter(({ value }) => value.header.change !== 'deleted') } : batch, context),
    },
  };
});
