import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('./packages', import.meta.url));

/** Unit tests beside the code run from source; the tests in `test/` start workers and therefore run from the built packages. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'] },
        resolve: {
          alias: [
            { find: /^@naumachia\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
            { find: /^@naumachia\/actors\/(.+)$/, replacement: `${packages}/actors/src/$1/index.ts` },
          ],
        },
      },
      { extends: true, test: { name: 'cluster', include: ['test/**/*.test.ts'] } },
    ],
  },
});
