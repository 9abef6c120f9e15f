import type { ControllerRevision } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const controllerRevisionPrinter = definePrinter<ControllerRevision>({
  resource: 'controllerrevisions.apps',
  cells: ({ metadata, revision }, now) => {
    const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
    return [metadata.name ?? '', owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : '<none>', revision, ageSince(metadata.creationTimestamp, now)];
  },
});
