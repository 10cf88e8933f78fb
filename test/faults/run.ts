// The long form of the fault tests: npm run test:faults -- [--part NAME] [--seeds N].
import { parseArgs } from 'node:util';
import { isClean } from './part.ts';
import type { FaultRow, Part } from './part.ts';

const parts: Readonly<Record<string, () => Promise<Part>>> = {
  kill: async () => (await import('./kill.ts')).kill,
  network: async () => (await import('./network.ts')).network,
  feed: async () => (await import('./feed.ts')).feed,
  payloads: async () => (await import('./feed.ts')).payloads,
  stop: async () => (await import('./stop.ts')).stop,
  storage: async () => (await import('./storage.ts')).storage,
  breakages: async () => (await import('./breakages.ts')).breakages,
};

const headings = {
  name: 'part',
  seeds: 'seeds',
  injected: 'faults',
  met: 'met a write',
  lost: 'lost',
  duplicated: 'duplicated',
  untrue: 'never true',
  stale: 'stale',
  unknown: 'unknown',
} as const;

const options = readOptions();
if (typeof options === 'string') {
  console.error(options);
  process.exitCode = 2;
} else {
  const rows: FaultRow[] = [];
  for (const name of options.names) rows.push(...(await rowsOf(name, options.seeds)));
  console.log(table(rows));
  for (const { name, problems } of rows) for (const line of problems) console.log(`${name}: ${line}`);
  process.exitCode = rows.every(isClean) ? 0 : 1;
}

/** A part that fails by itself is a line that is not clean, and the others run all the same. */
async function rowsOf(name: string, seeds: number | null): Promise<readonly FaultRow[]> {
  try {
    const part = await parts[name]?.();
    return part === undefined ? [] : await part({ seeds, tell: console.error });
  } catch (error) {
    const problems = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    const nothing = { injected: 0, met: 0, lost: 0, duplicated: 0, untrue: 0, stale: 0, unknown: 0 };
    return [{ name, seeds: 0, ...nothing, problems }];
  }
}

function readOptions(): { names: readonly string[]; seeds: number | null } | string {
  const known = Object.keys(parts);
  try {
    const { values } = parseArgs({
      options: { part: { type: 'string', multiple: true }, seeds: { type: 'string' } },
    });
    const names = values.part ?? known;
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0) return `There is no part ${unknown.join(', ')}; name one of ${known.join(', ')}.`;
    const seeds = values.seeds === undefined ? null : Number(values.seeds);
    if (seeds !== null && !(Number.isInteger(seeds) && seeds > 0))
      return '--seeds must be a whole number over 0.';
    return { names, seeds };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One line a row, in columns. */
function table(rows: readonly FaultRow[]): string {
  const keys = Object.keys(headings) as (keyof typeof headings)[];
  const lines = [headings, ...rows].map((row) => keys.map((key) => String(row[key])));
  const widths = keys.map((_, at) => Math.max(...lines.map((cells) => (cells[at] ?? '').length)));
  const pad = (cell: string, at: number): string =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return lines.map((cells) => cells.map(pad).join('  ').trimEnd()).join('\n');
}
