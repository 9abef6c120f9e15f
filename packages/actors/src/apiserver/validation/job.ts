import { type FieldError, invalid } from '../../api/field-error.js';
import type { Job, JobSpec } from '../../api/generated/types.js';
import { deepEqual } from '../equality.js';
import type { Findings } from './values.js';

const IMMUTABLE = ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

/** ValidateJobSpecUpdate of pkg/apis/batch/validation, without the pod template. */
export const jobUpdateErrors = (job: Job, old: Job): readonly FieldError[] => {
  const { spec } = job;
  const before = old.spec;
  if (spec === undefined || before === undefined || spec === before) return [];
  const out: FieldError[] = [];
  completionsErrors(out, spec, before);
  for (const field of IMMUTABLE) if (!deepEqual(spec[field], before[field])) out.push(invalid(`spec.${field}`, spec[field] ?? null, 'field is immutable'));
  return out;
};

/** An Indexed Job may grow and shrink, its parallelism with it. */
const completionsErrors = (out: Findings, { completions, completionMode, parallelism }: JobSpec, old: JobSpec): void => {
  if (completions === old.completions) return;
  if (completionMode !== 'Indexed') out.push(invalid('spec.completions', completions ?? null, 'field is immutable'));
  else if (completions !== undefined && completions !== (parallelism ?? 1)) out.push(invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'));
};
