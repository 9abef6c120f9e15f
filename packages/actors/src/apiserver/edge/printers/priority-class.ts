import type { PriorityClass } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const priorityClassPrinter = definePrinter<PriorityClass>({
  resource: 'priorityclasses.scheduling.k8s.io',
  cells: ({ metadata, value, globalDefault, preemptionPolicy }, now) => [metadata.name ?? '', value ?? 0, globalDefault ?? false, ageSince(metadata.creationTimestamp, now), preemptionPolicy ?? ''],
});
