import type { Node } from '@naumachia/actors/api';
import type { EndProperty } from './property.js';

export const nodesReady: EndProperty = {
  about: 'all nodes are Ready and have no taints',
  problems: ({ world }) =>
    [...world.all<Node>('nodes')].flatMap(([name, { value }]) => {
      const ready = value.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      if (ready !== 'True') return [`node ${name} is not Ready: ${ready ?? 'it says nothing'}`];
      return (value.spec?.taints ?? []).map(({ key, effect }) => `node ${name} is tainted: ${key}:${effect}`);
    }),
};
