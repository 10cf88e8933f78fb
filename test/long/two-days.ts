// Two simulated days of a feed that fails, recorded by the real service. Takes 26 minutes: npm run test:days.
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import { fetchLedger, judge } from '../support/judge.ts';
import type { RaceLedger } from '../support/judge.ts';
import { start, temporaryDirectory } from '../support/process.ts';

const speed = 120;
const hour = 3_600_000;
/** A race of the end of day one has its last read a little over 24 h after it was Final. */
const simulatedMs = 50 * hour;

const directory = temporaryDirectory();
const db = join(directory.path, 'days.db');
const now = Date.now();
const simulator = await launchSimulator({
  seed: 5,
  racesPerDay: 100,
  speed,
  port: 0,
  origin: { real: now, simulated: now },
  faults: {
    errors: 0.05,
    hangs: 0.02,
    outages: [
      { afterMs: 9 * hour, durationMs: 60_000 },
      { afterMs: 31 * hour, durationMs: 60_000 },
    ],
  },
});
const seconds = Math.round(simulatedMs / speed / 1000);
const args = [
  'run',
  '--simulator',
  simulator.url,
  '--duration',
  `${seconds}s`,
  '--db',
  db,
  '--log-level',
  'warn',
];
const { code, stdout } = await start(args).ended;
const ledgers = await fetchLedger(simulator.url);
await simulator.stop();

const problems: string[] = [];
if (code !== 0) problems.push(`the service ended with ${code}`);
const events = stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { event: string; race_id?: string });
const count = (event: string): number => events.filter((line) => line.event === event).length;
for (const event of ['race.restarted', 'race.stalled', 'service.failed', 'journal.failed']) {
  for (const line of events.filter((one) => one.event === event)) problems.push(JSON.stringify(line));
}

const journal = new DatabaseSync(db, { readOnly: true });
const dayOne = journal
  .prepare(
    'SELECT race_id, status, settled_at FROM races WHERE advertised_start >= ? AND advertised_start < ?',
  )
  .all(new Date(now).toISOString(), new Date(now + 24 * hour).toISOString());
const unsettled = dayOne.filter(({ settled_at }) => settled_at === null);
if (dayOne.length < 50) problems.push(`only ${dayOne.length} races on day one`);
for (const race of unsettled)
  problems.push(`${String(race.race_id)} (${String(race.status)}) was not settled`);

let gapCount = 0;
let [told, wanted] = [0, 0];
for (const ledger of ledgers) checkGaps(ledger);
const verdict = judge(ledgers, db);
for (const kind of ['lost', 'duplicated', 'untrue', 'stale'] as const) {
  if (verdict[kind].length > 0)
    problems.push(`${verdict[kind].length} ${kind}: ${verdict[kind].slice(0, 3).join('; ')}`);
}

console.log(
  JSON.stringify({
    races_on_day_one: dayOne.length,
    settled: dayOne.length - unsettled.length,
    polls_failed: count('poll.failed'),
    gaps: gapCount,
    gap_hours_told: told / hour,
    gap_hours_by_ledger: wanted / hour,
    states_judged: verdict.states,
    prices_judged: verdict.prices,
  }),
);
for (const problem of problems.slice(0, 50)) console.error(problem);
journal.close();
directory.remove();
process.exitCode = problems.length === 0 ? 0 : 1;

/** The poll interval that the default cadence wants after a response, milliseconds; null where reads are single. */
function interval(status: string, toStart: number): number | null {
  if (status === 'Closed' || status === 'Interim') return 15_000;
  if (status !== 'Open') return null;
  if (toStart > 6 * hour) return 1_800_000;
  if (toStart > hour) return 300_000;
  if (toStart > 900_000) return 60_000;
  return toStart > 300_000 ? 30_000 : 10_000;
}

/** Between two usable responses, what is beyond one interval must be told as a gap, and no more than that interval else. */
function checkGaps(ledger: RaceLedger): void {
  const gaps = journal
    .prepare('SELECT from_time, to_time, reason FROM gaps WHERE race_id = ? AND entrant_id IS NULL')
    .all(ledger.race_id)
    .map(({ from_time, to_time }) => [Date.parse(String(from_time)), Date.parse(String(to_time))] as const);
  gapCount += gaps.length;
  // When a response was asked for: its own time is some milliseconds later, which is seconds of this clock.
  const askedAt = new Map(
    journal
      .prepare('SELECT source_time, started_at FROM polls WHERE race_id = ? AND source_time IS NOT NULL')
      .all(ledger.race_id)
      .map(({ source_time, started_at }) => [String(source_time), Date.parse(String(started_at))]),
  );
  const responses = ledger.states
    .flatMap((state) =>
      state.generated_times.map((time) => ({ state, at: askedAt.get(new Date(time).toISOString()) ?? NaN })),
    )
    .filter(({ at }) => !Number.isNaN(at))
    .toSorted((a, b) => a.at - b.at);
  responses.forEach(({ state, at }, index) => {
    const next = responses[index + 1]?.at;
    if (next === undefined || state.advertised_start * 1000 - at > 24 * hour) return;
    const every = interval(state.status, state.advertised_start * 1000 - at);
    if (every === null) return;
    const beyond = Math.max(0, next - at - every);
    const inside = gaps
      .filter(([from, to]) => from < next && to > at)
      .reduce((sum, [from, to]) => sum + Math.min(to, next) - Math.max(from, at), 0);
    told += inside;
    wanted += beyond;
    // Timers fire some milliseconds late, and a poll waits for its turn: seconds of this clock.
    const slack = 3_000;
    if (inside < beyond - every - slack || inside > beyond + every + slack) {
      problems.push(
        `${ledger.race_id}: ${next - at} ms from ${new Date(at).toISOString()} at an interval of ${every} ms, told as ${inside} ms`,
      );
    }
  });
}
