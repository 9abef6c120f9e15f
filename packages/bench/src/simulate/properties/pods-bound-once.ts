import type { Pod } from '@naumachia/actors/api';
import type { AlwaysProperty } from './property.js';

export const podsBoundOnce: AlwaysProperty = {
  about: 'a pod that is bound to a node stays bound to that node',
  watch: (_world, violated) => ({
    changed: ({ resource, key, former, current }) => {
      if (resource !== 'pods' || !former || !current || former.header.uid !== current.header.uid) return;
      const [was, is] = [(former.value as unknown as Pod).spec.nodeName, (current.value as unknown as Pod).spec.nodeName];
      if (was && was !== is) violated(`pod ${key} was bound to ${was} and is now bound to ${is ?? 'none'}`);
    },
  }),
};
