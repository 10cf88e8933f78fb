import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Vitest would leave one core to itself; most tests here wait for processes.
const maxWorkers = 2;

export default defineConfig({
  test: {
    globalSetup: ['test/support/build-page.ts'],
    // The processes that tests start share what Node has made of the sources.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    // Tests that start processes and servers of their own share two cores with each other.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        // They leave nothing behind, so that one worker takes many files.
        test: {
          name: 'rules',
          include: ['test/{unit,marbles}/**/*.test.ts'],
          maxWorkers,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'parts', include: ['test/{contract,browser}/**/*.test.ts'], maxWorkers },
      },
      {
        extends: true,
        // What is measured in seconds has the machine to itself, after all others.
        test: {
          name: 'timed',
          include: ['test/timed/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
