import type { GroupResource } from '../../../api/object.js';
import { configMapPrinter } from './config-map.js';
import { deploymentPrinter } from './deployment.js';
import { endpointSlicePrinter } from './endpoint-slice.js';
import { endpointsPrinter } from './endpoints.js';
import { eventPrinter, eventsEventPrinter } from './event.js';
import { leasePrinter } from './lease.js';
import { namespacePrinter } from './namespace.js';
import { nodePrinter } from './node.js';
import { podPrinter } from './pod.js';
import type { Printer } from './printer.js';
import { replicaSetPrinter } from './replica-set.js';
import { replicationControllerPrinter } from './replication-controller.js';
import { secretPrinter } from './secret.js';
import { serviceAccountPrinter } from './service-account.js';
import { servicePrinter } from './service.js';

/** Every printer. A kind without one is shown by its name and age. */
const PRINTERS: readonly Printer[] = [
  configMapPrinter,
  deploymentPrinter,
  endpointSlicePrinter,
  endpointsPrinter,
  eventPrinter,
  eventsEventPrinter,
  leasePrinter,
  namespacePrinter,
  nodePrinter,
  podPrinter,
  replicaSetPrinter,
  replicationControllerPrinter,
  secretPrinter,
  serviceAccountPrinter,
  servicePrinter,
];

const byResource = new Map<GroupResource, Printer>(PRINTERS.map((printer) => [printer.resource, printer]));

export const printerOf = (resource: GroupResource): Printer | undefined => byResource.get(resource);
