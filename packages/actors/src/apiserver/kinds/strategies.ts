import type { GroupResource } from '../../api/object.js';
import type { Strategy } from './strategy.js';

/** The kinds whose depth is built. All others are stored with structural checks, table-driven status and generation alone. */
export const strategies: Readonly<Record<GroupResource, Strategy>> = {};
