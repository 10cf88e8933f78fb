import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-page.ts'],
    // Tests that start processes and servers of their own share two cores with each other.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest would leave one core to itself; most tests here wait for processes.
    maxWorkers: 2,
  },
});
