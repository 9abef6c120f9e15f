import type { Job } from '../../api/generated/types.js';
import { jobUpdateErrors } from '../validation/job.js';
import type { Strategy } from './strategy.js';

/** What may not change of a Job; defaults, generated selectors and the rest of its validation are not built yet. */
export const job: Strategy = {
  generation: 'spec',
  selectableFields: { 'status.successful': (object) => String((object as Job).status?.succeeded ?? 0) },
  validateUpdate: (object, old) => jobUpdateErrors(object as Job, old as Job),
};
