import { type Node, type Pod, quantity } from '@naumachia/actors/api';
import type { AlwaysProperty } from './property.js';

interface Amounts {
  cpu: number;
  memory: number;
  pods: number;
}

export const nodesNotOvercommitted: AlwaysProperty = {
  about: 'the pods of a node ask for no more than it has',
  watch: (world, violated) => {
    const used = new Map<string, Amounts>();
    const add = (node: string, pod: Pod, sign: 1 | -1): void => {
      let amounts = used.get(node);
      if (!amounts) used.set(node, (amounts = { cpu: 0, memory: 0, pods: 0 }));
      const asked = requestsOf(pod);
      amounts.cpu += sign * asked.cpu;
      amounts.memory += sign * asked.memory;
      amounts.pods += sign;
    };
    return {
      changed: ({ resource, key, former, current }) => {
        if (resource !== 'pods') return;
        const [was, is] = [former && placeOf(former.value as unknown as Pod), current && placeOf(current.value as unknown as Pod)];
        if (was === is) return;
        if (former && was !== undefined) add(was, former.value as unknown as Pod, -1);
        if (!current || is === undefined) return;
        add(is, current.value as unknown as Pod, 1);
        const has = world.get<Node>('nodes', is)?.value.status?.allocatable;
        if (!has) return;
        const amounts = used.get(is) as Amounts;
        const over = (name: string, asked: number, there: number): void => {
          if (asked > there) violated(`node ${is} is overcommitted by pod ${key}: its pods ask for ${name} ${asked}, and it has ${there}`);
        };
        over('cpu (thousandths)', amounts.cpu, quantity(has['cpu'] ?? '0').milliValue);
        over('memory', amounts.memory, quantity(has['memory'] ?? '0').value);
        over('pods', amounts.pods, quantity(has['pods'] ?? '0').value);
      },
    };
  },
};

/** The node on which a pod takes up room. */
const placeOf = ({ spec, status }: Pod): string | undefined => (status?.phase === 'Succeeded' || status?.phase === 'Failed' || !spec.nodeName ? undefined : spec.nodeName);

/** As the scheduler counts them (resource helper `PodRequests`): all containers together, or the largest init container. */
const requestsOf = ({ spec }: Pod): { readonly cpu: number; readonly memory: number } => {
  const of = (containers: Pod['spec']['initContainers'], resource: 'cpu' | 'memory'): number[] =>
    (containers ?? []).map(({ resources }) => {
      const asked = quantity(resources?.requests?.[resource] ?? '0');
      return resource === 'cpu' ? asked.milliValue : asked.value;
    });
  const asked = (resource: 'cpu' | 'memory'): number => Math.max(of(spec.containers, resource).reduce((sum, each) => sum + each, 0), ...of(spec.initContainers, resource));
  return { cpu: asked('cpu'), memory: asked('memory') };
};
