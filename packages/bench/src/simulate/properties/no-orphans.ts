import type { EndProperty } from './property.js';

export const noOrphans: EndProperty = {
  about: 'nothing is left whose owners are all gone',
  problems: ({ world }) => {
    const uids = new Set<string>();
    for (const resource of world.resources) for (const { header } of world.all(resource).values()) uids.add(header.uid);
    const problems: string[] = [];
    for (const resource of world.resources) {
      for (const [key, { value }] of world.all<{ readonly metadata?: { readonly ownerReferences?: readonly { readonly uid: string; readonly kind: string; readonly name: string }[] } }>(resource)) {
        const owners = value.metadata?.ownerReferences ?? [];
        if (owners.length > 0 && owners.every(({ uid }) => !uids.has(uid))) problems.push(`${resource} ${key} is left, and its owner ${owners[0]?.kind} ${owners[0]?.name} is gone`);
      }
    }
    return problems;
  },
};
