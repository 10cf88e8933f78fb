// Small breakages of src/streams: each must turn a test red. Takes 15 minutes: npm run test:mutants [-- FIRST [LAST]].
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../support/process.ts';

/** File of src/streams, a text in it, and what takes its place. */
const breakages: readonly (readonly [file: string, text: string, instead: string])[] = [
  ['plans.ts', 'switchMap((race)', 'mergeMap((race)'],
  ['plans.ts', 'inForce !== null && samePlan(inForce, plan)', 'false'],
  ['polling.ts', 'exhaustMap((due)', 'switchMap((due)'],
  ['polling.ts', 'exhaustMap((due)', 'mergeMap((due)'],
  ['polling.ts', 'switchMap(({ due })', 'mergeMap(({ due })'],
  ['poll.ts', 'take(1),', ''],
  ['poll.ts', 'first: deadlineMs', 'first: deadlineMs * 100'],
  ['poll.ts', 'if (!(error instanceof FeedError)) throw error;', ''],
  ['budget.ts', 'this.#underWay < this.#limits.inFlight', 'true'],
  ['budget.ts', '!this.#draining &&', ''],
  ['budget.ts', 'this.#heldUntil = Math.max(this.#heldUntil, until)', 'this.#heldUntil = until - 1e9'],
  ['budget.ts', '1000 / this.#limits.requestsPerSecond', '0'],
  ['budget.ts', 'agingFactor * (this.#now()', '0 * (this.#now()'],
  ['budget.ts', 'urgencyMs <= nearMs ? headStartMs : 0', '0'],
  ['watchdog.ts', 'Math.max(since, moved)', 'since'],
  ['budget.ts', 'this.#waiting.shift()', 'this.#waiting.pop()'],
  ['due.ts', 'full / 2 + (full / 2) * chance', 'full'],
  ['due.ts', '2 ** Math.min(failures - 1, 20)', '1'],
  ['due.ts', 'if (lastGoodAt === null) return now;', 'if (lastGoodAt === null) return now + 1;'],
  ['due.ts', 'Math.min(lastGoodAt, now)', 'lastGoodAt'],
  ['due.ts', 'plan.dues.find((due) => due > lastGoodAt)', 'plan.dues.find((due) => due > now)'],
  ['due.ts', 'return Math.max(due, plan.since);', 'return due;'],
  [
    'due.ts',
    'lateAfter = Math.min(lateAfter, dues.lateAfter);',
    'lateAfter = Math.min(lateAfter, dues.lateAfter + count * 1e9);',
  ],
  ['cadence.ts', 'start - now > band.overMs', 'start - now >= band.overMs'],
  ['cadence.ts', 'if (now < live)', 'if (now > live)'],
  ['cadence.ts', "if (status === 'closed') return steady('closed', cadence.closedMs);", ''],
  ['cadence.ts', 'if (hasEnded(status))', "if (status === 'final')"],
  [
    'race.ts',
    "takeWhile((report) => report.kind !== 'settled', true)",
    "takeWhile((report) => report.kind !== 'settled')",
  ],
  ['race.ts', 'if (hasEnded(raceStatus(baseline.race.status))) return endedUrgencyMs;', ''],
  ['race.ts', 'return isAsSaid ||', 'return true ||'],
  ['race.ts', 'new ReplaySubject<Due>(1)', 'new Subject<Due>() as ReplaySubject<Due>'],
  ['race.ts', '} catch (error) {\n      fail(error);', '} catch {\n      void fail;'],
  ['race.ts', 'subscribe({ next: take, error: fail })', 'subscribe({ next: take, error: () => undefined })'],
  ['race.ts', '    subscriber.add(() => {\n      watchdog.expect(raceId, null);\n    });', ''],
  ['race.ts', 'subscriber.add(followClock(memory, fail, context));', 'followClock(memory, fail, context);'],
  ['plans.ts', 'tell(plan);', ''],
  ['race.ts', 'if (before.baseline.race === null) return false;', ''],
  ['race.ts', 'isMissing(before) ||', ''],
  ['race.ts', '&& isFinal(memory.value)', '&& false'],
  ['race-memory.ts', 'if (this.#times !== null) this.#times$.next(this.#times);', ''],
  ['race-memory.ts', 'this.#polls$.next(this.#value.polls);', ''],
  ['race-memory.ts', 'this.#correctionMs = correctionMs;\n    this.#tellTimes();', ''],
  ['race-taking.ts', 'changes: step.changes,', 'changes: [],'],
  ['race-taking.ts', 'failure === null ? step :', 'step.failure === null ? step :'],
  [
    'race.ts',
    'outcome$.pipe(concatMap((outcome) => takeOutcome(memory, outcome, context))),',
    'outcome$,\n  ).pipe(concatMap((outcome) => takeOutcome(memory, outcome, context)),',
  ],
  ['commits.ts', 'if (subscriber.closed) return [];', ''],
  ['commits.ts', 'failures[index] ?? null', 'failures[0] ?? null'],
  ['commits.ts', 'rows < enoughRows', 'rows < Infinity'],
  ['commits.ts', 'if (this.#waiting.length > 0) this.#flushSoon();', ''],
  ['race-taking.ts', '|| outcome.received.isCached === true', ''],
  ['race-ending.ts', 'now - epochMillis(gap.from_time) >= cadence.removedAfterMs', 'true'],
  ['race-ending.ts', '(polls.last?.missing ?? 0) < leastMissing', 'false'],
  ['race-ending.ts', "if (gap !== null) changes.push({ table: 'gaps', row: gap });", ''],
  ['race-state.ts', 'since: isSame ? state.since : now', 'since: state.since'],
  ['cadence.ts', 'Math.max(plan.everyMs, cadence.overdueEveryMs)', 'cadence.overdueEveryMs'],
  ['cadence.ts', 'if (now >= giveUpAt)', 'if (now >= giveUpAt + 1e12)'],
  ['due.ts', '&& last.missing === 0', ''],
  ['race-step.ts', "failure.reason === 'not_found' && ", ''],
  ['race-step.ts', 'failures: 0,', 'failures: 1,'],
  ['race-step.ts', 'known: answer.known,', 'known: null,'],
  ['race-step.ts', 'if (failure !== null) return afterFailedPoll(state, outcome, failure, rules);', ''],
  ['race-missed.ts', "stopped ? 'stopped' : 'late'", "'late'"],
  ['race-missed.ts', 'missed: missedPolls(state, now, rules)', 'missed: null'],
  ['race-missed.ts', 'return both(moved.missed,', 'return both(null,'],
  ['race-missed.ts', 'count: one.count + other.count', 'count: one.count'],
  ['race-step.ts', 'moved: null,', 'moved: state.moved,'],
  ['race-missed.ts', 'const late = missed.count > 1', 'const late = false && missed.count > 1'],
  ['gap.ts', 'runner.oldestOfSix <= newest', 'runner.oldestOfSix >= newest'],
  ['raceday.ts', 'interval(listingEveryMs, scheduler)', 'interval(listingEveryMs * 2, scheduler)'],
  ['raceday.ts', 'utcMidnights(scheduler)', 'EMPTY'],
  ['raceday.ts', 'resetOnSuccess: true', 'resetOnSuccess: false'],
  ['import-day.ts', 'const importTries = 3', 'const importTries = 1'],
  [
    'import-day.ts',
    'for (const { meetingId, reason } of listing.snapshot.rejected) fail(listing.date, meetingId, reason);',
    '',
  ],
  ['days.ts', "const feedZone = 'Pacific/Auckland'", "const feedZone = 'UTC'"],
  ['days.ts', '.plus({ days: 1 }).toMillis()', '.plus({ days: 2 }).toMillis()'],
  ['feed-clock.ts', 'Math.abs(middle) > toleranceMs', 'Math.abs(middle) > 0'],
  ['feed-clock.ts', 'this.#correction$.next(correction);', ''],
  ['heartbeat.ts', 'Math.abs(jumped) > jumpMs * speed', 'jumped > jumpMs * speed'],
  ['watchdog.ts', 'Math.max(due, this.#scheduler.now())', 'due'],
  ['watchdog.ts', 'this.#awaited.delete(raceId);\n    else', 'void 0;\n    else'],
  ['listing.ts', '!isOver(race, context)', 'true'],
  ['clock.ts', 'delay / this.#speed', 'delay'],
  ['clock.ts', 'left < longestTimerMs ? Math.max(0, left) : longestTimerMs', 'Math.max(0, left)'],
];

/** The tests that are about the streams alone. */
const tests = [
  'test/marbles',
  ...['cadence', 'cadence-property', 'days', 'due', 'due-property', 'gap', 'race-state', 'same-response'].map(
    (name) => `test/unit/${name}.test.ts`,
  ),
];

/** A breakage can make a stream that never ends. */
const longestMs = 200_000;

const copy = mkdtempSync(join(tmpdir(), 'oddstream-mutants-'));
const listed = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
for (const file of listed.stdout.split('\0').filter((name) => name !== '')) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  cpSync(join(root, file), join(copy, file));
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

const [first = '1', last = String(breakages.length)] = process.argv.slice(2);
let survived = 0;
for (let number = Number(first); number <= Number(last); number++) {
  const breakage = breakages[number - 1];
  if (breakage === undefined) break;
  const [file, text, instead] = breakage;
  const verdict = await judged(join(copy, 'src/streams', file), text, instead);
  if (!verdict.startsWith('red')) survived++;
  console.log(`${number} ${file}: ${JSON.stringify(text)} → ${JSON.stringify(instead)}: ${verdict}`);
}
rmSync(copy, { recursive: true });
if (survived > 0) console.error(`${survived} of them turned no test red.`);
process.exitCode = survived === 0 ? 0 : 1;

async function judged(path: string, text: string, instead: string): Promise<string> {
  const sound = readFileSync(path, 'utf8');
  if (!sound.includes(text)) return 'not applied, the text is not there';
  writeFileSync(path, withImports(sound.replace(text, () => instead)));
  try {
    return await tested();
  } finally {
    writeFileSync(path, sound);
  }
}

/** Operators that a breakage brings in. */
function withImports(source: string): string {
  const missing = ['EMPTY', 'Subject', 'mergeMap', 'switchMap', 'tap'].filter(
    (name) =>
      new RegExp(`\\b${name}\\b`).test(source) &&
      !new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from 'rxjs'`).test(source),
  );
  return missing.length === 0 ? source : `import { ${missing.join(', ')} } from 'rxjs';\n${source}`;
}

async function tested(): Promise<string> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--bail', '1', ...tests], {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const timer = setTimeout(() => {
    // Its workers too: they are what does not end.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, longestMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (code === null) return 'red, it never ended';
  if (code === 0) return 'GREEN';
  const failed = /FAIL\s+(.*)/.exec(printed)?.[1];
  return failed === undefined ? `not judged:\n${printed.slice(-2_000)}` : `red, ${failed}`;
}
