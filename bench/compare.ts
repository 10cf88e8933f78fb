// What became slower or faster since a revision, both measured in turn in one run:
// npm run bench:compare REV [-- --only NAME,…] [--rounds N] [--long]. Exit code 1 when something became slower.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareLines } from './compare-lines.ts';
import type { Compared } from './compare-lines.ts';
import { runToEnd } from './compare-process.ts';
import { RevisionError, commitOf, layOut } from './compare-revision.ts';
import type { Bench, Line } from './line.ts';
import { short } from './table.ts';

interface Asked {
  readonly revision: string;
  readonly only: readonly string[] | null;
  readonly rounds: number;
  readonly long: boolean;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const leastRounds = 2;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stop.abort(new RevisionError('Stopped; nothing was compared.'));
  });
}

try {
  process.exitCode = await compare(asked());
} catch (error) {
  if (!(error instanceof RevisionError)) throw error;
  console.error(error.message);
  process.exitCode = stop.signal.aborted ? 130 : 2;
}

/** @throws RevisionError */
function asked(): Asked {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        rounds: { type: 'string', default: String(leastRounds) },
        long: { type: 'boolean', default: false },
      },
    });
    const [revision] = positionals;
    const rounds = Number(values.rounds);
    if (revision === undefined || positionals.length > 1) {
      throw new RevisionError('Name one revision to compare with: npm run bench:compare REV.');
    }
    if (!Number.isInteger(rounds) || rounds < leastRounds || rounds > 100) {
      throw new RevisionError(
        `--rounds ${values.rounds}: a whole number from ${leastRounds} to 100 is needed.`,
      );
    }
    return { revision, only: values.only?.split(',') ?? null, rounds, long: values.long };
  } catch (error) {
    if (error instanceof TypeError) throw new RevisionError(error.message, { cause: error });
    throw error;
  }
}

/** @returns the exit code */
async function compare({ revision, only, rounds, long }: Asked): Promise<number> {
  const laidOut = await layOut(root, commitOf(root, revision), installPackages);
  try {
    const names = await commonNames(revision, laidOut.directory, long, only);
    const slower: Compared[] = [];
    let failed = false;
    for (const name of names) {
      const measured = await measure(name, laidOut.directory, rounds, long);
      if (typeof measured === 'string') {
        console.log(`${name}: ${measured}`);
        failed = true;
        continue;
      }
      const lines = compareLines(measured.then, measured.now);
      for (const line of lines) console.log(sentence(name, line));
      slower.push(...lines.filter(({ verdict }) => verdict === 'slower'));
    }
    console.log(
      `\n${slower.length} slower than at ${revision}${failed ? '; not everything could be measured' : ''}.`,
    );
    return slower.length > 0 || failed ? 1 : 0;
  } finally {
    laidOut.remove();
  }
}

async function installPackages(directory: string): Promise<void> {
  console.error('Its packages are others: installing them …');
  const { code, stderr } = await runToEnd('npm', ['ci', '--no-audit', '--no-fund'], directory, stop.signal);
  if (code !== 0) throw new RevisionError(`Its packages cannot be installed: ${lastLine(stderr)}`);
}

/** Names of the benchmarks that both revisions have. */
async function commonNames(
  revision: string,
  directory: string,
  long: boolean,
  only: readonly string[] | null,
): Promise<string[]> {
  const then = await namesAt(directory, long);
  const now = (await namesAt(root, long)).filter((name) => only?.includes(name) ?? true);
  const unknown = only?.filter((name) => !now.includes(name)) ?? [];
  if (unknown.length > 0) throw new RevisionError(`--only ${unknown.join(',')}: there is no such benchmark.`);
  const missing = now.filter((name) => !then.includes(name));
  const common = now.filter((name) => then.includes(name));
  if (common.length === 0)
    throw new RevisionError(`${revision} has none of the benchmarks ${now.join(', ')}.`);
  if (missing.length > 0) console.log(`Not at ${revision}, so not compared: ${missing.join(', ')}.`);
  return common;
}

async function namesAt(directory: string, long: boolean): Promise<string[]> {
  const lists = (await import(pathToFileURL(join(directory, 'bench/benches.ts')).href)) as {
    benches: readonly Bench[];
    longBenches: readonly Bench[];
  };
  return (long ? lists.longBenches : lists.benches).map(({ name }) => name);
}

/** The lines of both revisions round by round, each round in the other order; a sentence when one fails. */
async function measure(
  name: string,
  directory: string,
  rounds: number,
  long: boolean,
): Promise<{ then: Line[][]; now: Line[][] } | string> {
  const measured: { then: Line[][]; now: Line[][] } = { then: [], now: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (['then', 'now'] as const) : (['now', 'then'] as const);
    for (const which of order) {
      console.error(`${name} ${which} …`);
      const args = ['bench/run.ts', '--json', '--only', name, ...(long ? ['--long'] : [])];
      const cwd = which === 'then' ? directory : root;
      const { code, stdout, stderr } = await runToEnd(process.execPath, args, cwd, stop.signal);
      if (code !== 0) return `it failed ${which} (${lastLine(stderr)})`;
      measured[which].push((JSON.parse(stdout) as { lines: Line[] }).lines);
    }
  }
  return measured;
}

function sentence(name: string, { what, against, unit, then, now, verdict }: Compared): string {
  const change = ((now / then - 1) * 100).toFixed(1);
  const figures = `${short(then)} → ${short(now)} (${now >= then ? '+' : ''}${change} %)`;
  return `${verdict.padEnd(6)} ${name}: ${what} against ${against} (${unit}) ${figures}`;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
