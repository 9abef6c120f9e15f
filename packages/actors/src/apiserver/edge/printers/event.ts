import type { CoreV1Event } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter, type Printer } from './printer.js';

const cells: Printer<CoreV1Event>['cells'] = (event, now) => {
  const first = ageSince(event.firstTimestamp || event.eventTime, now);
  const last = event.series ? ageSince(event.series.lastObservedTime, now) : event.lastTimestamp ? ageSince(event.lastTimestamp, now) : first;
  const { kind = '', name = '', fieldPath = '' } = event.involvedObject ?? {};
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return [
    last,
    event.type ?? '',
    event.reason ?? '',
    name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
    fieldPath,
    host === '' ? component : `${component}, ${host}`,
    (event.message ?? '').trim(),
    first,
    // An event of the newer API that happened once has no count.
    event.series?.count ?? (event.count || 1),
    event.metadata.name ?? '',
  ];
};

/** Events are stored in the core version, whichever group they are read from. */
export const eventPrinter = definePrinter<CoreV1Event>({ resource: 'events', cells });
export const eventsEventPrinter = definePrinter<CoreV1Event>({ resource: 'events.events.k8s.io', cells });
