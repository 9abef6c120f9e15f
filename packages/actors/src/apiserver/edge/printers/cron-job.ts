import type { CronJob } from '../../../api/generated/types.js';
import { formatLabelSelector } from '../../../api/label-selector.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells } from './selector-text.js';

export const cronJobPrinter = definePrinter<CronJob>({
  resource: 'cronjobs.batch',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    spec?.schedule ?? '',
    spec?.timeZone ?? '<none>',
    spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
    status?.active?.length ?? 0,
    status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : '<none>',
    ageSince(metadata.creationTimestamp, now),
    ...containerCells(spec?.jobTemplate?.spec?.template?.spec?.containers),
    formatLabelSelector(spec?.jobTemplate?.spec?.selector),
  ],
});
