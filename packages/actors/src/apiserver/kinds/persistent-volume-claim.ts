import type { PersistentVolumeClaim } from '../../api/generated/types.js';
import { claimUpdateErrors } from '../validation/persistent-volume-claim.js';
import type { Strategy } from './strategy.js';

/** What may not change of a claim; its defaults and the rest of its validation are not built yet. */
export const persistentVolumeClaim: Strategy = {
  returnsDeleted: true,
  validateUpdate: (object, old) => claimUpdateErrors(object as PersistentVolumeClaim, old as PersistentVolumeClaim),
};
