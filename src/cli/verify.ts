import { Subject, concat, lastValueFrom, takeUntil, tap, toArray } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import { nzDay } from '../sinks/files/nz-day.ts';
import type { NzDay } from '../sinks/files/nz-day.ts';
import { readSource } from '../journal/journal.ts';
import { openReader } from '../journal/reader.ts';
import type { JournalReader } from '../journal/reader.ts';
import { requireSameSource } from '../journal/source.ts';
import { RequestBudget } from '../streams/budget.ts';
import { nzDatesOfUtcDay } from '../streams/days.ts';
import { feedOf } from '../streams/feed.ts';
import { storedRaces } from '../app/verify/stored.ts';
import { countsOf, summaryOf } from '../app/verify/summary.ts';
import { verifyDay } from '../app/verify/verify.ts';
import type { Finding, VerifyContext } from '../app/verify/verify.ts';
import { chooseFeed } from './choose-feed.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError, UsageError } from '../app/errors.ts';
import type { OpenFeed } from '../app/open-feed.ts';
import { supervise } from '../app/lifecycle.ts';
import type { Lifecycle } from '../app/lifecycle.ts';
import { createLog } from '../app/log/logger.ts';
import { progressLine } from './progress.ts';
import type { CommonOptions } from './common-options.ts';
import { readSettings } from '../app/settings/settings.ts';
import type { Settings } from '../app/settings/settings.ts';
import { printLines } from '../app/terminal.ts';

export interface VerifyOptions extends CommonOptions {
  /** NZ date, `YYYY-MM-DD`. */
  readonly date?: string;
  /** Address of a simulated feed that runs. */
  readonly simulator?: string;
}

/** No poll waits behind it: a simulator on a busy machine may take its time, real milliseconds. */
const leastDeadlineMs = 5_000;

/** `oddstream verify` */
export async function verifyCommand(options: VerifyOptions): Promise<void> {
  await supervise((lifecycle) => verify(options, lifecycle));
}

async function verify(options: VerifyOptions, lifecycle: Lifecycle): Promise<void> {
  const { opened } = lifecycle;
  const settings = readSettings(loadEnvironment());
  const { feed, db } = await chooseFeed({ ...options, leastDeadlineMs }, settings);
  opened.defer(() => feed.close());
  const recorded = readSource(db);
  if (recorded !== null) requireSameSource(db, recorded, feed.journalSource);
  const reader = openReader(db);
  opened.defer(() => {
    reader.close();
  });
  const findings = await find(daysOf(options, feed), feed, reader, settings, options, lifecycle);
  const { differences, failed } = countsOf(findings);
  if (differences + failed > 0) process.exitCode = 1;
}

async function find(
  days: readonly NzDay[],
  feed: OpenFeed,
  reader: JournalReader,
  settings: Settings,
  { logLevel }: VerifyOptions,
  { stop, crashed }: Lifecycle,
): Promise<Finding[]> {
  // On a terminal a summary takes the place of the log.
  const isTerminal = process.stdout.isTTY;
  const log = createLog(isTerminal ? 'silent' : logLevel, () => feed.scheduler.now());
  const progress = progressLine();
  const startedAt = performance.now();
  const context = contextOf(feed, reader, settings, log);
  const ended$ = new Subject<void>();
  let races = 0;
  const finding$ = concat(...days.map((day) => verifyDay(day, context))).pipe(
    tap((finding) => {
      tell(finding, log);
      if (finding.kind === 'race') races++;
      progress.show(() => `${races} races compared`);
    }),
    takeUntil(ended$),
    toArray(),
  );
  try {
    const outcome = await Promise.race([
      lastValueFrom(finding$, { defaultValue: [] }),
      stop.asked,
      feed.failed,
      crashed,
    ]);
    if (outcome instanceof Error) throw new CommandError(`The feed ended: ${outcome.message}`);
    if (typeof outcome === 'string') throw new CommandError(`Stopped by ${outcome}; nothing was changed.`);
    const dates = days.map(({ date }) => date);
    progress.clear();
    if (isTerminal) printLines(...summaryOf(dates, outcome));
    log('verify.finished', {
      dates,
      ...countsOf(outcome),
      duration_ms: Math.round(performance.now() - startedAt),
    });
    return outcome;
  } finally {
    progress.clear();
    ended$.next();
  }
}

function contextOf(feed: OpenFeed, reader: JournalReader, settings: Settings, log: Log): VerifyContext {
  const { scheduler, source, limits, deadlineMs } = feed;
  return {
    feed: feedOf(source),
    stored: storedRaces(reader),
    scheduler,
    budget: new RequestBudget(limits, scheduler),
    deadlineMs,
    countries: new Set(settings.countries),
    categories: new Set(settings.categories),
    log,
    random: Math.random,
  };
}

function daysOf({ date }: VerifyOptions, feed: OpenFeed): NzDay[] {
  const dates = date === undefined ? nzDatesOfUtcDay(feed.scheduler.now()) : [date];
  return dates.map((one) => {
    const day = nzDay(one);
    if (day !== null) return day;
    throw new UsageError([`--date ${one} is not in the calendar; it must be a date such as 2026-02-28.`]);
  });
}

function tell(finding: Finding, log: Log): void {
  if (finding.kind === 'race') return;
  if (finding.kind === 'failed') {
    const { race, date, reason, detail } = finding;
    log('verify.failed', { race_id: race?.raceId ?? null, date, reason, detail });
    return;
  }
  const { entrantId: entrant_id, ...difference } = finding.difference;
  const fields = { race_id: finding.race.raceId, entrant_id, ...difference };
  log(finding.settled ? 'verify.difference' : 'verify.moved', fields);
}
