import type { Stored } from '@naumachia/actors';
import type { EndProperty } from './property.js';

interface WithInformers {
  readonly informers?: { readonly byName: ReadonlyMap<string, { readonly synced: boolean; readonly objects: ReadonlyMap<string, { readonly header: Stored['header'] }> }> };
}

export const informersEqualStore: EndProperty = {
  about: 'once it is quiet every informer holds exactly what the store does',
  problems: ({ world, actors, state, selectorOf }) => {
    const problems: string[] = [];
    for (const actor of actors) {
      for (const [resource, { synced, objects }] of state<WithInformers | undefined>(actor)?.informers?.byName ?? []) {
        if (!synced) problems.push(`${actor} has never listed ${resource}`);
        const selector = selectorOf(actor, resource);
        let there = 0;
        for (const [key, { header }] of world.all(resource)) {
          if (selector !== undefined && !header.keys.includes(selector)) continue;
          there++;
          const held = objects.get(key)?.header;
          if (held?.revision !== header.revision) problems.push(`${actor} holds ${resource} ${key} ${held === undefined ? 'not at all' : `at revision ${held.revision}`}; the store has revision ${header.revision}`);
        }
        if (objects.size <= there) continue;
        for (const key of objects.keys()) if (world.get(resource, key) === undefined) problems.push(`${actor} holds ${resource} ${key}, which the store does not`);
      }
    }
    return problems;
  },
};
