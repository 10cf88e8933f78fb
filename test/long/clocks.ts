// The suite under clocks that are set to awkward times: npm run test:clocks [-- --clock NAME] [-- FILE…].
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { root } from '../support/process.ts';

/** Times at which days, offsets or calendars change; the suite starts shortly before each and runs on through it. */
const clocks: Readonly<Record<string, number>> = {
  'UTC midnight': Date.parse('2026-12-01T00:00:00Z'),
  'UTC just after midnight': Date.parse('2026-12-01T00:38:00Z'),
  'NZ midnight': Date.parse('2026-12-02T00:00:00+13:00'),
  'NZ daylight saving ends': Date.parse('2026-04-05T03:00:00+13:00'),
  'NZ daylight saving begins': Date.parse('2026-09-27T02:00:00+12:00'),
  '29 February in NZ': Date.parse('2028-02-29T00:00:00+13:00'),
  '29 February in UTC': Date.parse('2028-02-29T00:00:00Z'),
  'a chance hour': Date.parse('2027-01-01T00:00:00Z') + Math.floor(Math.random() * 365 * 86_400_000),
};

/** So long before the time the suite starts: by then its first tests have. */
const beforeMs = 30_000;

const { values, positionals } = parseArgs({
  options: { clock: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const unknown = values.clock?.filter((name) => !(name in clocks)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no clock "${unknown.join('", "')}"; take of ${Object.keys(clocks).join(', ')}.`);
  process.exit(2);
}

const [library] = globSync('/usr/lib/{*/,}faketime/libfaketimeMT.so.1');
if (library === undefined) {
  console.log('Skipped: there is no libfaketime here (apt-get install libfaketime).');
} else {
  const failed = (values.clock ?? Object.keys(clocks)).filter((name) => !passes(name, library));
  if (failed.length > 0) {
    console.error(`The suite fails at: ${failed.join(', ')}.`);
    process.exit(1);
  }
}

/** Runs the suite with the clock set; an offset, so that processes agree on the time and a later one is not back. */
function passes(name: string, library: string): boolean {
  const at = (clocks[name] ?? NaN) - beforeMs;
  console.log(`${name}: from ${new Date(at).toISOString()}`);
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...positionals], {
    cwd: root,
    env: {
      ...process.env,
      LD_PRELOAD: library,
      FAKETIME: `${((at - Date.now()) / 1000).toFixed(3)}s`.replace(/^(?=\d)/, '+'),
      // Timers and time-outs stay those of the machine, and files as old as they are.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_RESET: '1',
      NO_FAKE_STAT: '1',
    },
    stdio: 'inherit',
  });
  return status === 0;
}
