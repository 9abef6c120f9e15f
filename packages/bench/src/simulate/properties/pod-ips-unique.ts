import type { Pod } from '@naumachia/actors/api';
import type { AlwaysProperty } from './property.js';

export const podIpsUnique: AlwaysProperty = {
  about: 'no two running pods have one IP',
  watch: (world, violated) => {
    const holders = new Map<string, Set<string>>();
    return {
      changed: ({ resource, key, former, current }) => {
        if (resource !== 'pods') return;
        const [was, is] = [former && addressOf(former.value as unknown as Pod), current && addressOf(current.value as unknown as Pod)];
        if (was === is) return;
        if (was !== undefined) holders.get(was)?.delete(key);
        if (is === undefined) return;
        let keys = holders.get(is);
        if (!keys) holders.set(is, (keys = new Set()));
        for (const other of keys) violated(`pods ${other} (on ${nodeOf(world.get<Pod>('pods', other)?.value)}) and ${key} (on ${nodeOf(current?.value as unknown as Pod)}) run with one IP, ${is}`);
        keys.add(key);
      },
    };
  },
};

const nodeOf = (pod: Pod | undefined): string => pod?.spec.nodeName ?? 'no node';

/** The address of a pod that runs; pods in their node's network share it. */
const addressOf = ({ spec, status }: Pod): string | undefined => (status?.phase === 'Running' && spec.hostNetwork !== true && status.podIP ? status.podIP : undefined);
