import type { Script } from 'node:vm';
import { loadBundled } from './bundled-script.js';
import * as exitCodes from './exit-codes.js';
import type { up } from './up-command.js';

/** `naumachia up` in one file, which `scripts/bundle-up.mjs` has made, and what V8 holds of it. Undefined if there is none that is new enough. */
export const loadUpBundle = (): { readonly up: typeof up; readonly script: Script } | undefined => {
  // Who catches an error tells it by its class: there must be one.
  const bundle = loadBundled<{ up: typeof up }>('command/up', { 'naumachia/exit-codes': exitCodes });
  return bundle?.exports.up && { up: bundle.exports.up, script: bundle.script };
};
