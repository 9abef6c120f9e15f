import type { Container, Pod, ResourceFieldSelector } from '../api/generated/types.js';
import { goQuote } from '../api/go-text.js';
import { quantity } from '../api/quantity.js';
import { textAt } from '../api/chosen-keys.js';

/** What the downward API tells of a pod besides its object. */
export interface DownwardPlace {
  readonly nodeName: string;
  readonly hostIP: string;
  /** Empty before the sandbox is there. */
  readonly podIP: string;
  /** Stands in where a container sets no limit. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** podFieldSelectorRuntimeValue of kubelet_pods.go: the fields of the downward API. */
export const downwardField = (pod: Pod, path: string | undefined, place: DownwardPlace): string => {
  const { metadata, spec } = pod;
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'spec.nodeName':
      return place.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return place.podIP;
    case 'status.hostIP':
    case 'status.hostIPs':
      return place.hostIP;
    default: {
      const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path ?? '');
      if (!subscript) return '';
      return textAt(subscript[1] === 'labels' ? metadata.labels : metadata.annotations, subscript[2] ?? '') ?? '';
    }
  }
};

/** fieldpath.FormatMap: `key="value"`, sorted, a line each. */
const formatMap = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${goQuote(map?.[key] ?? '')}`)
    .join('\n');

/** ExtractContainerResourceValue: in units of the divisor, rounded up. A limit that is not set is what the node has to give. */
export const downwardResource = (pod: Pod, own: Container | undefined, { resource, containerName, divisor }: ResourceFieldSelector, { allocatable }: DownwardPlace): string => {
  const container = containerName === undefined || containerName === '' ? own : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(({ name }) => name === containerName);
  const dot = resource.indexOf('.');
  const name = resource.slice(dot + 1);
  const limit = container?.resources?.limits?.[name];
  const asked = resource.startsWith('limits.') ? (limit ?? allocatable[name]) : container?.resources?.requests?.[name];
  const unit = divisor === undefined ? 1000 : quantity(divisor).milliValue || 1000;
  return String(Math.ceil((asked === undefined ? 0 : quantity(asked).milliValue) / unit));
};
