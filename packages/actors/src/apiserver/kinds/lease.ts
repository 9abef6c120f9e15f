import type { Strategy } from './strategy.js';

export const lease: Strategy = { createOnUpdate: true, conditionalUpdate: true };
