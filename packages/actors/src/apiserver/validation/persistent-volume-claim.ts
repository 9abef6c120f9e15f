import { type FieldError, forbidden, invalid } from '../../api/field-error.js';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../api/generated/types.js';
import { compareQuantities } from '../../api/quantity.js';
import { deepEqual } from '../equality.js';
import { claimSpecDiff } from './pod-spec-diff.js';

const IMMUTABLE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n';

/** ValidatePersistentVolumeClaimUpdate: a bound claim may ask for more; a volume's name is given once; everything else stays. */
export const claimUpdateErrors = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] => {
  const { spec } = claim;
  const before = old.spec;
  if (spec === undefined || before === undefined || spec === before) return [];
  const out: FieldError[] = [];
  const bound = old.status?.phase === 'Bound';
  const kept = bound ? boundClaimKept(spec, before) : spec;
  const base = (before.volumeName ?? '') === '' && spec.volumeName !== undefined ? Object.assign({}, before, { volumeName: spec.volumeName }) : before;
  if (!deepEqual(kept, base)) out.push(forbidden('spec', IMMUTABLE + claimSpecDiff(base, kept)));
  const asked = spec.resources?.requests?.storage ?? '0';
  if (compareQuantities(asked, before.resources?.requests?.storage ?? '0') < 0 && compareQuantities(asked, old.status?.capacity?.storage ?? '0') <= 0) {
    out.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  if (spec.volumeMode !== before.volumeMode) out.push(invalid('volumeMode', spec.volumeMode ?? null, 'field is immutable'));
  return out;
};

/** The new spec with what may change of a bound claim as it was. */
const boundClaimKept = (spec: PersistentVolumeClaimSpec, before: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec => {
  const { volumeAttributesClassName: _, ...rest } = spec;
  const storage = before.resources?.requests?.storage;
  return {
    ...rest,
    ...(before.volumeAttributesClassName !== undefined && { volumeAttributesClassName: before.volumeAttributesClassName }),
    ...(spec.resources?.requests !== undefined && storage !== undefined && { resources: Object.assign({}, spec.resources, { requests: Object.assign({}, spec.resources.requests, { storage }) }) }),
  };
};
