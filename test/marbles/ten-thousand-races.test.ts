import { NEVER, map, timer } from 'rxjs';
import { expect, it } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import type { Log } from '../../src/domain/log-events.ts';
import { timestamp } from '../../src/domain/time.ts';
import { RequestBudget } from '../../src/streams/budget.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { Commits } from '../../src/streams/commits.ts';
import { ReportedDrifts } from '../../src/streams/drift.ts';
import { FeedClock } from '../../src/streams/feed-clock.ts';
import type { Feed, Store } from '../../src/streams/ports.ts';
import { raceday } from '../../src/streams/raceday.ts';
import { Watchdog } from '../../src/streams/watchdog.ts';
import { timeOf } from '../support/streams-clock.ts';
import { eventOf, listingOf, received } from '../support/streams-snapshots.ts';
import { VirtualClock } from '../support/streams-virtual.ts';

const minute = 60_000;
const hour = 60 * minute;
const begin = timeOf('06:30');
const end = begin + 20 * minute;

/** The starts of ten thousand races, spread over two days. */
const starts = new Map(
  Array.from({ length: 10_000 }, (_, i) => [`race-${i}`, begin + Math.round((i / 10_000) * 48 * hour)]),
);

const blank = { ...eventOf('race', { status: 'Open', start: 0, win: 2 }, 0), runners: [] };

/** Open until a minute after the start, then Closed, Interim, and Final after four. */
function event(raceId: string, now: number) {
  const start = starts.get(raceId) ?? 0;
  const past = now - start;
  const status =
    past < minute ? 'Open' : past < 2 * minute ? 'Closed' : past < 4 * minute ? 'Interim' : 'Final';
  const race = { ...blank.race, race_id: raceId, status, advertised_start: timestamp(start) };
  return { ...blank, raceId, generatedAt: now, race };
}

function feed(clock: VirtualClock): Feed {
  return {
    event: (raceId) => timer(50, clock).pipe(map(() => received(event(raceId, clock.now())))),
    meetings: (date) => timer(300, clock).pipe(map(() => received(listingOf(date, [], clock.now())))),
  };
}

/** What a run that ended just now left; what is committed after it is forgotten: this is about actors, not rows. */
const store: Store = {
  baseline: (raceId) => diffEvent(emptyBaseline(raceId), event(raceId, begin - 1), begin - 1).baseline,
  lastGoodPollAt: () => begin - 1,
  unchangedSince: () => begin - 1,
  openGap: () => null,
  liveRaces: () => [...starts.keys()].map((race_id) => ({ race_id, country: 'NZ', type: 'T' })),
  isSettled: () => false,
  meetingDigests: () => new Map(),
  commit: () => undefined,
  commitEach: (each) => each.map(() => null),
  quarantine: () => undefined,
};

/** Polls that a race is to have ended by then at least, before its start and by the default cadence. */
function fewest(start: number): number {
  const bands = [
    [24 * hour, 6 * hour, 30 * minute],
    [6 * hour, hour, 5 * minute],
    [hour, 15 * minute, minute],
    [15 * minute, 5 * minute, minute / 2],
    [5 * minute, 0, minute / 6],
  ] as const;
  return bands.reduce((polls, [far, near, every]) => {
    const within = Math.min(start - near, end - 1_000) - Math.max(start - far, begin);
    return polls + Math.max(0, Math.floor(within / every));
  }, 0);
}

it('ten thousand races go through twenty minutes, each polled at its pace and none of them late', () => {
  const clock = new VirtualClock(begin);
  const polls = new Map<string, number>();
  const told = new Map<string, number>();
  const errors: unknown[] = [];
  let latest = 0;
  const log: Log = (name) => told.set(name, (told.get(name) ?? 0) + 1);
  const budget = new RequestBudget({ requestsPerSecond: Infinity, inFlight: 64 }, clock);
  const running = raceday({
    scheduler: clock,
    feed: feed(clock),
    store,
    commits: new Commits(store, (work) => clock.schedule(work)),
    budget,
    cadences: { standard: defaultCadence, overrides: [] },
    countries: new Set(['NZ']),
    categories: new Set(['T']),
    deadlineMs: 10_000,
    runningSince: begin,
    feedClock: new FeedClock(log),
    reportedDrifts: new ReportedDrifts(),
    watchdog: new Watchdog(clock, 10_000, budget, log),
    clockSet$: NEVER,
    log,
    random: () => 0.5,
  }).subscribe({
    next: (report) => {
      if (report.kind !== 'polled') return;
      polls.set(report.raceId, (polls.get(report.raceId) ?? 0) + 1);
      latest = Math.max(latest, report.latenessMs);
    },
    error: (error: unknown) => errors.push(error),
  });
  clock.runUntil(end);
  running.unsubscribe();

  expect(errors).toEqual([]);
  expect(latest).toBeLessThan(100);
  expect(told.get('race.started')).toBe(starts.size);
  for (const name of ['poll.failed', 'race.restarted', 'race.stalled', 'gap.opened', 'gap.closed']) {
    expect(told.get(name) ?? 0, name).toBe(0);
  }
  const live = [...starts].filter(([, start]) => start - begin < 24 * hour);
  expect(live.filter(([raceId, start]) => (polls.get(raceId) ?? 0) < fewest(start))).toEqual([]);
  // Of the day after, a poll every half an hour.
  const waiting = [...starts].filter(([, start]) => start - end > 24 * hour);
  expect(waiting.filter(([raceId]) => (polls.get(raceId) ?? 0) > 1)).toEqual([]);
});
