// What oddstream costs, as ratios measured in one run: npm run bench [-- --only NAME,…] [--long] [--json].
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benches, longBenches } from './benches.ts';
import type { Line } from './line.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    long: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const known = values.long ? longBenches : benches;
const only = values.only?.split(',');
const unknown = only?.filter((name) => !known.some((bench) => bench.name === name)) ?? [];
if (unknown.length > 0) {
  const names = known.map(({ name }) => name).join(', ');
  console.error(`--only ${unknown.join(',')}: there is no such benchmark; take of ${names}.`);
  process.exit(2);
}

const began = performance.now();
const lines: Line[] = [];
for (const bench of known) {
  if (only !== undefined && !only.includes(bench.name)) continue;
  if (!values.json) console.error(`${bench.name} …`);
  try {
    lines.push(...(await bench.run()));
  } catch (error) {
    // What the others measured, some for half an hour, is not lost by it.
    console.error(`${bench.name} failed:`, error);
    process.exitCode = 1;
  }
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  os: `${process.platform} ${release()}`,
  node: process.version,
};
if (values.json) console.log(JSON.stringify({ machine, lines }));
else {
  console.log(`${Object.values(machine).join(', ')}\n`);
  console.log(tableOf(lines));
  console.log(`\n${Math.round((performance.now() - began) / 1000)} s`);
}
