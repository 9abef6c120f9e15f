import type { Job } from '../../../api/generated/types.js';
import { formatLabelSelector } from '../../../api/label-selector.js';
import { ageSince, humanDuration } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells } from './selector-text.js';

export const jobPrinter = definePrinter<Job>({
  resource: 'jobs.batch',
  cells: (job, now) => {
    const { metadata, spec, status } = job;
    const succeeded = status?.succeeded ?? 0;
    const parallelism = spec?.parallelism ?? 0;
    const wanted = spec?.completions ?? (parallelism > 1 ? `1 of ${parallelism}` : 1);
    const started = status?.startTime;
    const ended = status?.completionTime;
    return [
      metadata.name ?? '',
      jobStatus(job),
      `${succeeded}/${wanted}`,
      !started ? '' : ended ? humanDuration((Date.parse(ended) - Date.parse(started)) / 1000) : ageSince(started, now),
      ageSince(metadata.creationTimestamp, now),
      ...containerCells(spec?.template?.spec?.containers),
      formatLabelSelector(spec?.selector),
    ];
  },
});

const jobStatus = ({ metadata, status }: Job): string => {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
};
