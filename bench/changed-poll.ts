import { isUtf8 } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Baseline } from '../src/domain/baseline.ts';
import { emptyBaseline } from '../src/domain/baseline.ts';
import { diffEvent } from '../src/domain/diff.ts';
import { rowId } from '../src/domain/ids.ts';
import type { EventSnapshot } from '../src/domain/snapshot.ts';
import type { Change } from '../src/domain/tables.ts';
import { timestamp } from '../src/domain/time.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openJournal } from '../src/journal/journal.ts';
import { cut, restore } from '../src/sources/tab/last-starts.ts';
import { parseEvent } from '../src/sources/tab/parse.ts';
import { hashesLoaded } from '../src/sources/tab/hashing.ts';
import type { Bench, Goal, Line } from './line.ts';
import { median, quantile } from './pairs.ts';
import { changingRaces } from './simulated-bodies.ts';
import type { RaceBodies } from './simulated-bodies.ts';

await hashesLoaded;

/** Milliseconds of each step of one poll, and of the yardstick beside it. */
interface Poll {
  readonly steps: Readonly<Record<Step, number>>;
  readonly yardstick: number;
  /** Rows that it wrote, but for the poll's own. */
  readonly changes: number;
}

const steps = ['decode', 'parse', 'validate and shape', 'diff', 'commit'] as const;
type Step = (typeof steps)[number];

/** Races whose polls take turns, and the polls of each: the first fill the journal and warm the runtime up. */
const races = 8;
const polls = 60;
const filling = 30;

/**
 * A poll that changed something: from the decompressed bytes of a response to its rows in a journal, which lies where
 * temporary files do. With `TMPDIR` in memory (`/dev/shm`) nothing waits for a disk.
 */
export const changedPoll: Bench = {
  name: 'changed-poll',
  run: () => {
    const large = [150_000, 300_000] as const;
    const small = [30_000, 80_000] as const;
    return Promise.resolve([
      ...stepLines('changed poll, 200 KB', measured(large, 1), { atMost: 1.25 }),
      ...stepLines(`changed poll, 200 KB, ${races} that end together`, measured(large, races), {
        atMost: 1.25,
      }).filter((_, index) => index === 0 || index === steps.length),
      ...stepLines('changed poll, 50 KB', measured(small, 1), null).slice(0, 1),
    ]);
  },
};

/** @param together polls that are committed together */
function measured(bytes: readonly [number, number], together: number): Poll[] {
  const directory = mkdtempSync(join(tmpdir(), 'oddstream-bench-'));
  const journal = openJournal(join(directory, 'journal.db'), {
    source: { kind: 'recording' },
    now: Date.now,
  });
  try {
    return pollsOf(changingRaces(races, polls, bytes), journal, together);
  } finally {
    journal.close();
    rmSync(directory, { recursive: true });
  }
}

function pollsOf(served: readonly RaceBodies[], journal: Journal, together: number): Poll[] {
  const baselines = new Map(served.map(({ raceId }) => [raceId, emptyBaseline(raceId)]));
  const found: Poll[] = [];
  let group: Prepared[] = [];
  for (let poll = 0; poll < polls; poll++) {
    for (const { raceId, from, everyMs, bodies } of served) {
      const body = bodies[poll];
      const before = baselines.get(raceId);
      if (body === undefined || before === undefined) continue;
      const at = from + poll * everyMs;
      // Each in turn first: what the one leaves to the garbage collector the other must not always pay.
      const early = poll % 2 === 0 ? yardstick(body) : null;
      const prepared = prepare(body, before, at);
      baselines.set(raceId, prepared.baseline);
      group.push({ ...prepared, yardstick: early ?? yardstick(body) });
      if (group.length < together) continue;
      const committed = commit(group, journal);
      if (poll >= filling) found.push(...committed.filter(({ changes }) => changes > 0));
      group = [];
    }
  }
  return found;
}

function yardstick(body: Buffer): number {
  const from = performance.now();
  JSON.parse(body.toString('utf8'));
  return performance.now() - from;
}

/** A poll that is to be committed. */
interface Prepared {
  readonly steps: Readonly<Record<Exclude<Step, 'commit'>, number>>;
  readonly all: readonly Change[];
  readonly yardstick: number;
}

function prepare(
  body: Buffer,
  before: Baseline,
  at: number,
): Pick<Prepared, 'steps' | 'all'> & { readonly baseline: Baseline } {
  const times = [performance.now()];
  const lap = <T>(value: T): T => {
    times.push(performance.now());
    return value;
  };
  if (!isUtf8(body)) throw new Error('The simulator served what is not UTF-8.');
  const { text, starts } = lap(cut(body));
  const json = JSON.parse(text) as { data?: unknown };
  if (!lap(restore(json.data, starts))) throw new Error('A response has past starts where no runner is.');
  const snapshot = lap(parseEvent(json));
  const { changes, baseline } = diffEvent(before, snapshot, at);
  const all = lap([...changes, pollRow(snapshot, at, body.length, changes.length)]);
  const laps = steps
    .slice(0, -1)
    .map((step, index) => [step, (times[index + 1] ?? NaN) - (times[index] ?? NaN)]);
  return { steps: Object.fromEntries(laps) as Prepared['steps'], all, baseline };
}

/** Each gets its part of the time that the commit of all takes. */
function commit(group: readonly Prepared[], journal: Journal): Poll[] {
  const from = performance.now();
  const failures = journal.commitEach(group.map(({ all }) => all));
  const each = (performance.now() - from) / group.length;
  for (const failure of failures) if (failure !== null) throw failure;
  return group.map((one) => ({
    steps: { ...one.steps, commit: each },
    yardstick: one.yardstick,
    changes: one.all.length - 1,
  }));
}

function pollRow(snapshot: EventSnapshot, at: number, bytes: number, changes: number): Change {
  const startedAt = timestamp(at);
  return {
    table: 'polls',
    row: {
      id: rowId(snapshot.raceId, startedAt),
      race_id: snapshot.raceId,
      started_at: startedAt,
      lateness_ms: 0,
      duration_ms: 0,
      outcome: 'changed',
      reason: null,
      bytes,
      changes,
      source_time: timestamp(snapshot.generatedAt),
    },
  };
}

function stepLines(what: string, found: readonly Poll[], goal: Goal | null): Line[] {
  const whole = line(what, found, (poll) => steps.reduce((sum, step) => sum + poll.steps[step], 0), goal);
  return [whole, ...steps.map((step) => line(`– ${step}`, found, (poll) => poll.steps[step], null))];
}

function line(what: string, found: readonly Poll[], ours: (poll: Poll) => number, goal: Goal | null): Line {
  const ratios = found.map((poll) => ours(poll) / poll.yardstick);
  return {
    what,
    against: 'JSON.parse of its bytes',
    unit: 'ms',
    ours: median(found.map(ours)),
    yardstick: median(found.map((poll) => poll.yardstick)),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    n: found.length,
    goal,
  };
}
