import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

/** Unit tests beside the code run from source; the tests in `test/` start workers and therefore run from the built packages. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'] },
        resolve: { alias: { '@naumachia/core': source('core'), '@naumachia/actors': source('actors'), '@naumachia/bench': source('bench') } },
      },
      { extends: true, test: { name: 'cluster', include: ['test/**/*.test.ts'] } },
    ],
  },
});
