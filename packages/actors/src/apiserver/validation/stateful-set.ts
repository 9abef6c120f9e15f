import { type FieldError, forbidden } from '../../api/field-error.js';
import type { StatefulSet, StatefulSetSpec } from '../../api/generated/types.js';
import { deepEqual } from '../equality.js';

const CHANGEABLE: readonly (keyof StatefulSetSpec)[] = ['replicas', 'template', 'updateStrategy', 'minReadySeconds', 'ordinals', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy'];
const REFUSED =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** ValidateStatefulSetUpdate of pkg/apis/apps/validation: what the pods' identities hang on stays. */
export const statefulSetUpdateErrors = ({ spec }: StatefulSet, { spec: before }: StatefulSet): readonly FieldError[] => {
  if (spec === before || deepEqual(fixed(spec), fixed(before))) return [];
  return [forbidden('spec', REFUSED)];
};

const fixed = (spec: StatefulSetSpec | undefined): Partial<StatefulSetSpec> => Object.fromEntries(Object.entries(spec ?? {}).filter(([field]) => !CHANGEABLE.includes(field as keyof StatefulSetSpec)));
