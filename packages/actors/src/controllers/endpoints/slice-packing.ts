import type { Endpoint, EndpointSlice, Service } from '../../api/generated/types.js';
import type { Stored } from '../../api/requests.js';
import type { OwnerReference } from '../../api/object.js';
import { controllerReference } from '../replica-set/claim.js';
import { type AddressType, type DesiredEndpoints, endpointKey, type PortGroup, portsKey, sameEndpoint } from './desired-endpoints.js';

/** --max-endpoints-per-slice. */
export const MAX_ENDPOINTS = 100;
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslice-controller.k8s.io';
export const SERVICE_NAME = 'kubernetes.io/service-name';
const HEADLESS = 'service.kubernetes.io/headless';

/** What has to be written so that the slices hold what is desired; `update` may name a slice that got another's content. */
export interface SliceChanges {
  readonly create: EndpointSlice[];
  readonly update: { readonly slice: Stored<EndpointSlice>; readonly value: EndpointSlice }[];
  readonly remove: Stored<EndpointSlice>[];
}

/**
 * Packs endpoints into slices of at most 100 with few writes (endpointslice/reconciler.go): what stays keeps its slice and place, what is
 * new fills slices that change anyway, then the fullest one with room for all of it, then new ones.
 */
export const packSlices = (service: Service, desired: DesiredEndpoints, existing: readonly Stored<EndpointSlice>[], addressType: AddressType): SliceChanges =>
  packOwned(serviceOwner(service), desired.groups, existing, addressType);

/** Whose slices they are, and what each says of that. */
export interface SliceOwner {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations?: Labels;
  readonly reference: OwnerReference;
  /** One empty slice stays where there are no endpoints, so that clients see that it was looked at. */
  readonly keepsOne: boolean;
}

const serviceOwner = (service: Service): SliceOwner => {
  const { name = '', namespace = '', uid = '' } = service.metadata;
  return { name, namespace, labels: sliceLabels(service), reference: controllerReference('v1', 'Service', { name, uid }), keepsOne: true };
};

/** As `packSlices`, for any owner. */
export const packOwned = (owner: SliceOwner, groups: ReadonlyMap<string, PortGroup>, existing: readonly Stored<EndpointSlice>[], addressType: AddressType): SliceChanges => {
  const changes: SliceChanges = { create: [], update: [], remove: [] };
  const byPorts = new Map<string, Stored<EndpointSlice>[]>();
  for (const slice of existing) {
    const key = portsKey(slice.value.ports ?? []);
    const found = byPorts.get(key);
    if (found) found.push(slice);
    else byPorts.set(key, [slice]);
  }
  for (const [key, group] of groups) packGroup(owner, group, byPorts.get(key) ?? [], addressType, changes);
  for (const [key, slices] of byPorts) if (!groups.has(key)) changes.remove.push(...slices);
  if (owner.keepsOne && changes.remove.length === existing.length && changes.create.length === 0) {
    const placeholder = changes.remove.length === 1 ? changes.remove[0] : undefined;
    if (placeholder !== undefined && isPlaceholder(placeholder.value, owner.labels)) changes.remove.length = 0;
    else changes.create.push(newSlice(owner, [], [], addressType));
  }
  while (changes.create.length > 0 && changes.remove.length > 0) {
    // A slice that would go is written over instead.
    const value = changes.create.pop() as EndpointSlice;
    const slice = changes.remove.shift() as Stored<EndpointSlice>;
    changes.update.push({ slice, value: Object.assign({}, value, { metadata: Object.assign({}, value.metadata, { name: slice.header.name }) }) });
  }
  return changes;
};

interface Changing {
  readonly slice: Stored<EndpointSlice>;
  readonly endpoints: Endpoint[];
}

const packGroup = (owner: SliceOwner, group: PortGroup, existing: readonly Stored<EndpointSlice>[], addressType: AddressType, changes: SliceChanges): void => {
  const wanted = new Map(group.endpoints);
  const changing: Changing[] = [];
  let unchanged: Changing[] = [];
  for (const slice of existing) {
    const endpoints: Endpoint[] = [];
    let changed = false;
    const before = slice.value.endpoints ?? [];
    for (const endpoint of before) {
      const key = endpointKey(endpoint);
      const found = wanted.get(key);
      if (found === undefined) continue;
      wanted.delete(key);
      endpoints.push(found);
      changed ||= !sameEndpoint(found, endpoint);
    }
    if (changed || before.length !== endpoints.length) {
      if (endpoints.length === 0) changes.remove.push(slice);
      else changing.push({ slice, endpoints });
    } else if (!sameMap(slice.header.labels, owner.labels) || (owner.annotations !== undefined && !sameMap(slice.value.metadata.annotations, owner.annotations))) changing.push({ slice, endpoints });
    else unchanged.push({ slice, endpoints });
  }
  const left = [...wanted.values()];
  changing.sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const { endpoints } of changing) while (left.length > 0 && endpoints.length < MAX_ENDPOINTS) endpoints.push(left.shift() as Endpoint);
  while (left.length > 0) {
    const fitting = left.length < MAX_ENDPOINTS ? fullestWithRoom(unchanged, left.length) : undefined;
    const endpoints = fitting?.endpoints ?? [];
    endpoints.push(...left.splice(0, MAX_ENDPOINTS - endpoints.length));
    if (fitting === undefined) changes.create.push(newSlice(owner, endpoints, group.ports, addressType));
    else {
      changing.push(fitting);
      unchanged = unchanged.filter((slice) => slice !== fitting);
    }
  }
  for (const { slice, endpoints } of changing) {
    const { value } = slice;
    changes.update.push({ slice, value: Object.assign({}, value, { metadata: saidBy(owner, value.metadata), endpoints }) });
  }
};

const saidBy = ({ labels, annotations }: SliceOwner, metadata: EndpointSlice['metadata']): EndpointSlice['metadata'] => Object.assign({}, metadata, { labels }, annotations && { annotations });

const fullestWithRoom = (slices: readonly Changing[], count: number): Changing | undefined => {
  let fullest: Changing | undefined;
  for (const slice of slices) {
    if (slice.endpoints.length + count > MAX_ENDPOINTS) continue;
    if (fullest === undefined || slice.endpoints.length > fullest.endpoints.length) fullest = slice;
  }
  return fullest;
};

export type Labels = Readonly<Record<string, string>>;

/** The service's labels, and what says whose slice it is and who keeps it. */
const sliceLabels = (service: Service): Labels => ({
  ...service.metadata.labels,
  [MANAGED_BY]: MANAGER,
  [SERVICE_NAME]: service.metadata.name ?? '',
  ...(service.spec?.clusterIP === 'None' && { [HEADLESS]: '' }),
});

const newSlice = ({ name, namespace, labels, annotations, reference }: SliceOwner, endpoints: readonly Endpoint[], ports: PortGroup['ports'], addressType: AddressType): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { generateName: `${name}-`, namespace, labels, ...(annotations !== undefined && Object.keys(annotations).length > 0 && { annotations }), ownerReferences: [reference] },
  addressType,
  endpoints: orNull(endpoints),
  ports: orNull(ports),
});

/** Empty lists arrive as null: the real controller writes protobuf, which cannot tell them from absent ones. */
const orNull = <T>(list: readonly T[]): readonly T[] => (list.length === 0 ? (null as unknown as readonly T[]) : list);

const isPlaceholder = (slice: EndpointSlice, labels: Labels): boolean => (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0 && sameMap(slice.metadata.labels, labels);

const sameMap = (a: Labels | undefined, b: Labels): boolean => {
  const keys = Object.keys(a ?? {});
  return keys.length === Object.keys(b).length && keys.every((key) => a?.[key] === b[key]);
};
