import type { Node } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

const ROLE_PREFIX = 'node-role.kubernetes.io/';

export const nodePrinter = definePrinter<Node>({
  resource: 'nodes',
  cells: (node, now) => {
    const info = node.status?.nodeInfo;
    return [
      node.metadata.name ?? '',
      nodeStatus(node),
      roles(node),
      ageSince(node.metadata.creationTimestamp, now),
      info?.kubeletVersion ?? '',
      address(node, 'InternalIP'),
      address(node, 'ExternalIP'),
      info?.osImage || '<unknown>',
      info?.kernelVersion ? (info.architecture ? `${info.kernelVersion} (${info.architecture})` : info.kernelVersion) : '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
});

const nodeStatus = ({ spec, status }: Node): string => {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
};

const roles = ({ metadata }: Node): string => {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length));
    else if (key === 'kubernetes.io/role' && value !== '') found.add(value);
  }
  return [...found].sort().join(',') || '<none>';
};

const address = ({ status }: Node, type: string): string => status?.addresses?.find((candidate) => candidate.type === type)?.address ?? '<none>';
