import type { Pod } from '@naumachia/actors/api';
import type { AlwaysProperty } from './property.js';

/** Phases never go back (core/v1 PodPhase: what has ended has ended). */
const ORDER: Readonly<Record<string, number>> = { Pending: 0, Running: 1, Succeeded: 2, Failed: 2 };

export const phasesLegal: AlwaysProperty = {
  about: 'the phase of a pod never goes back',
  watch: (_world, violated) => ({
    changed: ({ resource, key, former, current }) => {
      if (resource !== 'pods' || !former || !current || former.header.uid !== current.header.uid) return;
      const [was, is] = [(former.value as unknown as Pod).status?.phase ?? 'Pending', (current.value as unknown as Pod).status?.phase ?? 'Pending'];
      if (was === is) return;
      if ((ORDER[is] ?? -1) <= (ORDER[was] ?? 3)) violated(`pod ${key} was ${was} and is now ${is}`);
    },
  }),
};
