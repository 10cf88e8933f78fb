import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What is bounded in seconds and bytes: npm run bench:bounds, on a machine that does nothing else. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['bench/bounds/**/*.test.ts'],
    globalSetup: ['test/support/build-page.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One after the other, so that each has the machine to itself.
    fileParallelism: false,
  },
});
