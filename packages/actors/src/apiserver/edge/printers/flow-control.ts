import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const flowSchemaPrinter = definePrinter<FlowSchema>({
  resource: 'flowschemas.flowcontrol.apiserver.k8s.io',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    spec?.priorityLevelConfiguration?.name ?? '<none>',
    spec?.matchingPrecedence ?? 0,
    spec?.distinguisherMethod?.type ?? '<none>',
    ageSince(metadata.creationTimestamp, now),
    status?.conditions?.find((condition) => condition.type === 'Dangling')?.status ?? '?',
  ],
});

export const priorityLevelConfigurationPrinter = definePrinter<PriorityLevelConfiguration>({
  resource: 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  cells: ({ metadata, spec }, now) => {
    const queuing = spec?.limited?.limitResponse?.queuing;
    const shares = spec?.limited?.nominalConcurrencyShares ?? spec?.exempt?.nominalConcurrencyShares ?? '<none>';
    return [metadata.name ?? '', spec?.type ?? '', shares, queuing?.queues ?? '<none>', queuing?.handSize ?? '<none>', queuing?.queueLengthLimit ?? '<none>', ageSince(metadata.creationTimestamp, now)];
  },
});
