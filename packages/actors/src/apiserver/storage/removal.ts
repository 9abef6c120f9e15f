import type { Stored } from '../../api/requests.js';
import { headerOf } from '../object-header.js';
import type { Kind } from '../registry.js';
import type { DeletePlan, Removal } from './plan.js';
import { serviceGuards } from './service-allocation.js';

/** The end of an object in the store, with everything that was set aside for it. */
export const removalOf = (kind: Kind, key: string, stored: Stored, answer: Removal): DeletePlan => ({
  type: 'delete',
  key,
  expected: stored.header.revision,
  header: headerOf(kind, stored.value, 'deleted'),
  answer,
  also: kind.resource === 'services' ? serviceGuards(stored.value) : NOTHING,
});

const NOTHING: readonly string[] = [];
