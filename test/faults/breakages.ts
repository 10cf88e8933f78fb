import { setTimeout as wait } from 'node:timers/promises';
import { breakageList } from './breakages-list.ts';
import type { Breakage, Provocation } from './breakages-list.ts';
import { atPoints, atRequests } from './kill.ts';
import type { FaultRow, Part } from './part.ts';
import { strikeOften } from './stage-strikes.ts';
import type { StrikeOptions, Struck, Way } from './stage-strikes.ts';
import type { RecorderOptions } from './stage.ts';

/** What a breakage is brought to light by: the same without it must be judged clean. */
interface Provoking {
  readonly way: Way;
  readonly times: number;
  readonly stage: StrikeOptions['stage'];
}

/** Few races, of which one is about to jump, and a clock at which polls have a second for their answers. */
const few = { racesPerDay: 4, speed: 10, begin: '2026-02-28T00:20:00Z' } as const;
const alone = { ...few, appwrite: false } as const;
const busy = { racesPerDay: 60, appwrite: false } as const;

const commitsFail: RecorderOptions = {
  preload: ['stage-preload.ts'],
  env: { STAGE_POINT: 'commit:fails' },
};

const provocations: Readonly<Record<Provocation, Provoking>> = {
  work: { way: working({ until: polledAgain }), times: 1, stage: alone },
  busyWork: { way: working({ until: polledAgain, alsoMs: 1_000 }), times: 1, stage: busy },
  commits: {
    way: working({ until: polledAfterFailure, also: commitsFail, leaves: true }),
    times: 1,
    stage: alone,
  },
  answers: {
    way: working({ until: polledAgain, alsoMs: 1_000 }),
    times: 1,
    stage: { ...busy, feedFaults: { errors: 0.25 } },
  },
  halfFirstCommit: { way: atPoints.halfFirstCommits, times: 1, stage: alone },
  beforeFirstCommit: { way: atPoints.beforeFirstCommits, times: 1, stage: alone },
  afterFirstCommit: { way: atPoints.afterFirstCommits, times: 1, stage: alone },
  sent: { way: atRequests.sent, times: 1, stage: few },
  done: { way: atRequests.done, times: 1, stage: few },
  // A row must have changed since it was delivered.
  doneOften: { way: atRequests.done, times: 4, stage: few },
};

interface Line {
  readonly event: string;
  readonly race_id?: string;
  readonly reason?: string;
}

/** Whether a recorder's log tells of a race that was polled twice and changed. */
function polledAgain(log: readonly Line[]): boolean {
  const changed = log.filter(({ event }) => event === 'poll.changed').map(({ race_id }) => race_id);
  return new Set(changed).size < changed.length;
}

/**
 * Whether it tells of a race whose commit failed, and of later polls of it that did not: two, since one that is broken
 * says of the failed poll itself that it changed something.
 */
function polledAfterFailure(log: readonly Line[]): boolean {
  return log.some(({ event, race_id }, index) => {
    if (event !== 'journal.failed') return false;
    const later = log.slice(index).filter((line) => line.race_id === race_id);
    const second = later.filter(({ event: of }) => of === 'poll.changed').at(1);
    // A gap of another reason hides what is to be found.
    const isHidden = later.some((line) => hiding.includes(line.event) && line.reason !== 'journal');
    return second !== undefined && !isHidden;
  });
}

const hiding = ['gap.opened', 'poll.failed'];

interface Work {
  /** What its log must tell before it is stopped. */
  readonly until: (log: readonly Line[]) => boolean;
  /** And so many real milliseconds more. */
  readonly alsoMs?: number;
  readonly also?: RecorderOptions;
  readonly leaves?: boolean;
}

/** Real milliseconds after which it is stopped whatever its log tells. */
const longestMs = 200_000;

/** A recorder that works until its log tells something, and is then stopped. */
function working({ until, alsoMs = 0, also = {}, leaves = false }: Work): Way {
  return {
    name: 'work',
    times: 1,
    leaves,
    strike: async (stage, _chance, how = {}) => {
      const preload = [...(how.preload ?? []), ...(also.preload ?? [])];
      const recorder = stage.run({ preload, env: { ...how.env, ...also.env } });
      await recorder.says('import.finished');
      const last = Date.now() + longestMs;
      while (!until(linesOf(recorder.printed())) && Date.now() < last) await wait(50);
      await wait(alsoMs);
      recorder.child.kill('SIGTERM');
      const { code, stderr } = await recorder.ended;
      const problems = code === 0 ? [] : [`it ended with ${code}: ${stderr.trim()}`];
      return { at: Date.now(), met: true, problems };
    },
  };
}

/** The whole lines of a log. */
function linesOf(printed: string): Line[] {
  const lines = printed.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Provokes a breakage, or with null the same without any, and judges. */
export function provoke(by: Provocation, breakage: Breakage | null, seed: number): Promise<Struck> {
  const { way, times, stage } = provocations[by];
  const how =
    breakage === null ? {} : { preload: ['breakages-preload.ts'], env: { BREAKAGE: breakage.name } };
  return strikeOften(way, seed, { times, how, ...(stage && { stage }) });
}

/** Whether the judge has found a breakage, in the class and of the kind that it must. */
export function isFound({ finds, line }: Breakage, { findings }: Struck): boolean {
  return findings[finds].some((found) => line.test(found));
}

/** Long form: each breakage must be found with each of 2 seeds; a row counts as faults the breakages applied. */
export const breakages: Part = async ({ seeds, tell }) => {
  const count = seeds ?? 2;
  const rows: FaultRow[] = [];
  for (const breakage of breakageList) {
    const problems: string[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const struck = await provoke(breakage.by, breakage, seed);
      const found = isFound(breakage, struck);
      tell(`breakages: ${breakage.name}, seed ${seed}: ${found ? 'found' : 'not found'}`);
      if (!found) problems.push(`seed ${seed}: the judge does not find that ${breakage.name}`);
    }
    const none = { lost: 0, duplicated: 0, untrue: 0, stale: 0 };
    const met = count - problems.length;
    rows.push({
      name: `breakage: ${breakage.name}`,
      seeds: count,
      injected: count,
      met,
      ...none,
      unknown: 0,
      problems,
    });
  }
  return rows;
};
