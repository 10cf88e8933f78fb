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
  lines.push(...(await bench.run()));
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
