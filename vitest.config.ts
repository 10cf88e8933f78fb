import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Vitest would leave one core to itself; most tests here wait for processes.
const maxWorkers = 2;

const hangMs = 600_000;

export default defineConfig({
  test: {
    globalSetup: ['test/support/build-page.ts'],
    // The processes that tests start share what Node has made of the sources.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    // Against hanging only: no test asserts how long anything takes, and machines may be as slow as they like.
    testTimeout: hangMs,
    hookTimeout: hangMs,
    expect: { poll: { timeout: hangMs - 30_000 } },
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
    ],
  },
});
