import { describe } from 'vitest';
import { guardFoundation } from './foundation-guard.js';
import { hasKubectl } from './golden-runner/kubectl/binary.js';

// The package that carries kubectl has the one for Linux on x64; elsewhere the variable KUBECTL may name one.
describe.runIf(hasKubectl())('kubectl', () => {
  guardFoundation({ set: 'kubectl', lines: 54, cases: 54, limitMs: 20 * 60_000 });
});
