import type { DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const resourceClaimPrinter = definePrinter<ResourceClaim>({
  resource: 'resourceclaims.resource.k8s.io',
  cells: ({ metadata, status }, now) => {
    const states: string[] = [];
    if (metadata.deletionTimestamp !== undefined) states.push('deleted');
    if (status?.allocation === undefined) {
      if (metadata.deletionTimestamp === undefined) states.push('pending');
    } else {
      states.push('allocated');
      if ((status.reservedFor ?? []).length > 0) states.push('reserved');
    }
    return [metadata.name ?? '', states.join(','), ageSince(metadata.creationTimestamp, now)];
  },
});

export const resourceSlicePrinter = definePrinter<ResourceSlice>({
  resource: 'resourceslices.resource.k8s.io',
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.nodeName ?? '', spec?.driver ?? '', spec?.pool?.name ?? '', ageSince(metadata.creationTimestamp, now)],
});

export const deviceClassPrinter = definePrinter<DeviceClass>({ resource: 'deviceclasses.resource.k8s.io', cells: ({ metadata }, now) => [metadata.name ?? '', ageSince(metadata.creationTimestamp, now)] });
export const resourceClaimTemplatePrinter = definePrinter<ResourceClaimTemplate>({ resource: 'resourceclaimtemplates.resource.k8s.io', cells: ({ metadata }, now) => [metadata.name ?? '', ageSince(metadata.creationTimestamp, now)] });
