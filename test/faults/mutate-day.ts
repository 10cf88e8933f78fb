import { NEVER, defer, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { logEvents } from '../../src/domain/log-events.ts';
import type { Log } from '../../src/domain/log-events.ts';
import { FeedError } from '../../src/domain/source.ts';
import type { Received } from '../../src/domain/source.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createFeed } from '../../src/sources/simulator/feed.ts';
import type { Feed as SimulatedFeed } from '../../src/sources/simulator/feed.ts';
import { random } from '../../src/sources/simulator/random.ts';
import type { Random } from '../../src/sources/simulator/random.ts';
import { parseEvent, parseListing } from '../../src/sources/tab/parse.ts';
import { eventPath, eventQuery, meetingsPath, meetingsQuery } from '../../src/sources/tab/paths.ts';
import { RequestBudget } from '../../src/streams/budget.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { Commits } from '../../src/streams/commits.ts';
import { ReportedDrifts } from '../../src/streams/drift.ts';
import { FeedClock } from '../../src/streams/feed-clock.ts';
import type { Feed } from '../../src/streams/ports.ts';
import { raceday } from '../../src/streams/raceday.ts';
import { Watchdog } from '../../src/streams/watchdog.ts';
import type { Json } from '../support/snapshots.ts';
import { VirtualClock } from '../support/streams-virtual.ts';
import { mutated, textOf } from './mutate.ts';

/** What a race day made of a feed of which every second response is changed. */
export interface MutatedDay {
  /** Responses by what was asked for, and of these the ones that could not be used. */
  readonly sent: { events: number; listings: number; malformed: number };
  /** Lines logged, by event. */
  readonly told: ReadonlyMap<string, number>;
  /** What ended the race day, which nothing may. */
  readonly errors: readonly unknown[];
}

const minute = 60_000;
/** Several races are about to jump then. */
const begin = Date.parse('2026-03-10T01:00:00Z');

/**
 * Runs a whole race day (listings, actors, journal) on virtual time against such a feed.
 * @param open opens the journal on the clock of that day
 */
export function mutatedDay(seed: number, minutes: number, open: (now: () => number) => Journal): MutatedDay {
  const clock = new VirtualClock(begin);
  const journal = open(() => clock.now());
  const told = new Map<string, number>();
  const errors: unknown[] = [];
  const log: Log = (event, fields) => {
    logEvents[event].parse(fields);
    told.set(event, (told.get(event) ?? 0) + 1);
  };
  const sent = { events: 0, listings: 0, malformed: 0 };
  const origin = { real: 0, simulated: begin };
  const options = { seed, racesPerDay: 24, speed: 1, port: 0, origin };
  const budget = new RequestBudget({ requestsPerSecond: Infinity, inFlight: 16 }, clock);
  const running = raceday({
    scheduler: clock,
    feed: mutatedFeed(
      createFeed(options, () => clock.now()),
      random(seed, 'mutations'),
      sent,
    ),
    store: journal,
    // Several races are often due at the same time: their polls are committed together.
    commits: new Commits(journal, (work) => clock.schedule(work)),
    budget,
    cadences: { standard: defaultCadence, overrides: [] },
    countries: new Set(['NZ', 'AUS']),
    categories: new Set(['T', 'H', 'G']),
    deadlineMs: 10_000,
    runningSince: begin,
    feedClock: new FeedClock(log),
    reportedDrifts: new ReportedDrifts(),
    watchdog: new Watchdog(clock, 10_000, budget, log),
    clockSet$: NEVER,
    log,
    random: () => 0.5,
  }).subscribe({ error: (error: unknown) => errors.push(error) });
  clock.runUntil(begin + minutes * minute);
  running.unsubscribe();
  return { sent, told, errors };
}

function mutatedFeed(feed: SimulatedFeed, chance: Random, sent: MutatedDay['sent']): Feed {
  const ask = <T>(path: string, query: string, parse: (body: unknown) => T): Observable<Received<T>> =>
    defer(() => {
      const answer = feed.answer(new URL(`http://simulator${path}?${query}`));
      const text = chance.chance(0.5) ? changed(answer?.body ?? 'null', chance) : (answer?.body ?? '');
      try {
        const snapshot = parse(JSON.parse(text) as unknown);
        return of({ snapshot, bytes: text.length, notGranted: [] });
      } catch (cause) {
        sent.malformed++;
        throw new FeedError('malformed', 'It is not understood.', { cause, body: Buffer.from(text) });
      }
    });
  return {
    event: (raceId) => {
      sent.events++;
      return ask(eventPath(raceId), eventQuery, (body) => {
        const snapshot = parseEvent(body);
        if (snapshot.raceId !== raceId) throw new Error('It is that of another race.');
        return snapshot;
      });
    },
    meetings: (date) => {
      sent.listings++;
      return ask(meetingsPath, meetingsQuery(date, 0), parseListing);
    },
  };
}

function changed(body: string, chance: Random): string {
  let payload = JSON.parse(body) as Json;
  for (let n = chance.int(1, 3); n > 0; n--) {
    const way = Array.from({ length: chance.int(1, 7) }, () => chance.int(0, 9_999));
    payload = mutated(payload, { way, what: chance.int(0, 9_999), how: chance.int(0, 9_999) });
  }
  return textOf(payload);
}
