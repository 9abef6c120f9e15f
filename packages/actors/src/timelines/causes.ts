import type { Timeline } from './scenario.js';

/** The first effect that came before its cause, in words; none if all is in order. */
export const causesBroken = (_played: Timeline): string | undefined => undefined;
