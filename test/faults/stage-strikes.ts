import { random } from '../../src/sources/simulator/random.ts';
import type { Random } from '../../src/sources/simulator/random.ts';
import { judgeStage } from './judge.ts';
import type { Findings } from './judge.ts';
import { rowOf } from './part.ts';
import type { FaultRow, Part } from './part.ts';
import { openStage } from './stage.ts';
import type { RecorderOptions, Stage, StageOptions } from './stage.ts';

/** What a recorder met. */
export interface Strike {
  /** When, on the real clock. */
  readonly at: number;
  /** Whether it is known to have met a write; null: the ledgers tell. */
  readonly met: boolean | null;
  /** What was wrong with the recorder's end, one line each. */
  readonly problems?: readonly string[];
}

/** A way to end a recorder. */
export interface Way {
  readonly name: string;
  /** Ends of a seed, each followed by a start on the same journal. */
  readonly times: number;
  /** Whether that leaves something for another recorder to finish; it does unless told otherwise. */
  readonly leaves?: boolean;
  /** Starts a recorder and ends it. */
  strike(stage: Stage, chance: Random, how?: RecorderOptions): Promise<Strike>;
}

/** What came of one seed. */
export interface Struck {
  readonly findings: Findings;
  readonly met: number;
  readonly problems: readonly string[];
}

export interface StrikeOptions {
  readonly times?: number;
  readonly stage?: Omit<StageOptions, 'seed'>;
  /** How each of the recorders is run. */
  readonly how?: RecorderOptions;
}

/** Ends recorders again and again, each on the journal of the one before, and judges what is recorded in the end. */
export async function strikeOften(way: Way, seed: number, options: StrikeOptions = {}): Promise<Struck> {
  const { times = way.times, how = {} } = options;
  const stage = await openStage({ seed, ...options.stage });
  try {
    const chance = random(seed, way.name);
    const strikes: Strike[] = [];
    for (let n = 0; n < times; n++) strikes.push(await way.strike(stage, chance, how));
    const problems = strikes.flatMap((strike) => strike.problems ?? []);
    if (way.leaves !== false) problems.push(...(await finished(stage, how)));
    const findings = await judgeStage(stage);
    const met = await metOf(strikes, findings, stage);
    return { findings, met, problems };
  } finally {
    await stage.close();
  }
}

/** A computer that does much else lets polls time out, which an import tells by its exit code: it is run again then. */
const mostImports = 20;

async function finished(stage: Stage, how: RecorderOptions): Promise<string[]> {
  for (let tried = 1; ; tried++) {
    const { code, stdout, stderr } = await stage.finish(how);
    if (code === 0) return [];
    const said = stderr.trim() || stdout.trim().split('\n').slice(-2).join(' ');
    if (tried === mostImports) return [`the last run ended with ${code}: ${said}`];
  }
}

/** How many met a write: a response that was served and not committed, or a request without its answer. */
async function metOf(strikes: readonly Strike[], { untaken }: Findings, stage: Stage): Promise<number> {
  const requests = (await stage.appwrite?.requests()) ?? [];
  const writes = requests.filter(({ route }) => route === 'upsertRows');
  return strikes.filter(({ at, met }, index) => {
    const life = stage.lives[index];
    const polled = untaken.some((time) => life !== undefined && life.from <= time && time <= life.to);
    const sent = writes.some((write) => write.at <= at && at <= write.at + (write.took ?? Infinity));
    return met ?? (polled || sent);
  }).length;
}

/** A part of which each way is a row. */
export function partOf(part: string, ways: readonly Way[], defaultSeeds: number): Part {
  return async ({ seeds, tell }) => {
    const count = seeds ?? defaultSeeds;
    const rows: FaultRow[] = [];
    for (const way of ways) {
      const name = `${part}: ${way.name}`;
      const struck: Struck[] = [];
      for (let seed = 1; seed <= count; seed++) {
        const outcome = await strikeOften(way, seed);
        struck.push(outcome);
        tell(`${name}, seed ${seed}: ${outcome.met} of ${way.times} met a write`);
      }
      rows.push(rowOfStruck(name, way.times * count, struck));
    }
    return rows;
  };
}

function rowOfStruck(name: string, injected: number, struck: readonly Struck[]): FaultRow {
  const problems = struck.flatMap((one, index) => one.problems.map((line) => `seed ${index + 1}: ${line}`));
  const done = {
    name,
    injected,
    met: struck.reduce((sum, { met }) => sum + met, 0),
    unknown: struck.filter(({ met, findings }) => met === 0 || findings.states === 0).length,
    problems,
  };
  return rowOf(
    done,
    struck.map(({ findings }) => findings),
  );
}
