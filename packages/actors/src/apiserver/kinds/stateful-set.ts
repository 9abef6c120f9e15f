import type { StatefulSet } from '../../api/generated/types.js';
import { statefulSetUpdateErrors } from '../validation/stateful-set.js';
import type { Strategy } from './strategy.js';

/** What may not change of a StatefulSet; its defaults and the rest of its validation are not built yet. */
export const statefulSet: Strategy = {
  generation: 'spec',
  validateUpdate: (object, old) => statefulSetUpdateErrors(object as StatefulSet, old as StatefulSet),
};
