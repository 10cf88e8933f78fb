// The property tests with many more cases, others each time. Takes 4 minutes: npm run test:properties [-- TIMES].
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/process.ts';

const [given = '20'] = process.argv.slice(2);
const times = Number(given);
if (Number.isFinite(times) && times > 0 && times !== 1) {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('test', name))
    .filter((name) => name.endsWith('.test.ts') && isAboutProperties(name));
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files],
    {
      cwd: root,
      env: { ...process.env, ODDSTREAM_TEST_TIMES: String(times) },
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
} else {
  console.error(
    `${given} is not how many times as many cases are to be tried; give a number above 0, but not 1.`,
  );
  process.exitCode = 2;
}

function isAboutProperties(name: string): boolean {
  return readFileSync(join(root, name), 'utf8').includes('support/properties.ts');
}
