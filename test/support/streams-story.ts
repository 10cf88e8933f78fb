import { NEVER, Subject, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { diffEvent } from '../../src/domain/diff.ts';
import { digest, rowId } from '../../src/domain/ids.ts';
import type { Print } from '../../src/domain/print.ts';
import type { Received, Same } from '../../src/domain/source.ts';
import { logEvents } from '../../src/domain/log-events.ts';
import type { Log, LogEventName, LogFields } from '../../src/domain/log-events.ts';
import type { EventSnapshot, ListedRace, ListingSnapshot } from '../../src/domain/snapshot.ts';
import type { PollRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { RequestBudget } from '../../src/streams/budget.ts';
import type { BudgetLimits } from '../../src/streams/budget.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import type { Cadence } from '../../src/streams/cadence.ts';
import { Commits } from '../../src/streams/commits.ts';
import { ReportedDrifts } from '../../src/streams/drift.ts';
import { FeedClock } from '../../src/streams/feed-clock.ts';
import { race } from '../../src/streams/race.ts';
import type { RaceContext, RaceOrder, RaceReport, RacedayContext } from '../../src/streams/race-context.ts';
import type { RacedayReport } from '../../src/streams/raceday.ts';
import { Watchdog } from '../../src/streams/watchdog.ts';
import type { Marbles } from './marbles.ts';
import { storyClock, timeOf } from './streams-clock.ts';
import type { StoryClock } from './streams-clock.ts';
import { diagrams } from './streams-diagram.ts';
import type { Diagrams } from './streams-diagram.ts';
import { eventOf, listedRace, listingOf, received } from './streams-snapshots.ts';
import type { Standing } from './streams-snapshots.ts';
import { MemoryStore } from './streams-store.ts';

/** Races whose grid begins at 0: their polls fall on whole multiples of their interval. */
export const [first, second, third, fourth] = [
  'race-g5aj',
  'race-1luao',
  'race-3dg3o',
  'race-4ql7r',
] as const;

export interface StoryOptions {
  /** The answers of the feed, one observable a poll: what an emission says is how the race stands then. */
  readonly event: (raceId: string) => Observable<unknown>;
  /** How the races stand. */
  readonly race: Standing | Standings | ((now: number, raceId: string) => Standing);
  readonly meetings?: (date: string) => Observable<unknown>;
  readonly listed?: (date: string, now: number) => readonly ListedRace[];
  readonly rejected?: ListingSnapshot['rejected'];
  readonly notGranted?: readonly string[];
  readonly cadence?: Cadence;
  readonly limits?: BudgetLimits;
  readonly random?: () => number;
  readonly store?: MemoryStore;
  /** When polls that end together are committed: at once, when it is left out. */
  readonly soon?: (m: Marbles) => (work: () => void) => void;
  /** By how much the feed's clock is ahead of ours, in milliseconds. */
  readonly feedAheadMs?: number | ((now: number) => number);
}

/** One of several things, by its name. */
export function named<T>(things: Readonly<Record<string, T>>): (name: string) => T {
  return (name) => {
    const thing = things[name];
    if (thing === undefined) throw new Error(`the story knows no ${name}`);
    return thing;
  };
}

/** One written line of the log. */
export type Told = { [E in LogEventName]: { readonly event: E } & LogFields<E> }[LogEventName];

/** A recorder on virtual time, and the words to tell what it does. */
export interface Story extends RacedayContext, RaceContext, Diagrams {
  readonly clock: StoryClock;
  readonly store: MemoryStore;
  /** Every line logged so far. */
  readonly lines: readonly Told[];
  /** The lines of one event. */
  readonly told: <E extends LogEventName>(event: E) => LogFields<E>[];
  /** Sets the clock at a time of the story, and tells the recorder as its heartbeat does. */
  readonly jump: (at: string, byMs: number) => void;
  /** Has something happen at a time of the story. */
  readonly happen: (at: string, what: () => void) => void;
}

/** @param begin the time of day (or the whole time, UTC) that the clock shows at the first frame */
export function story(m: Marbles, begin: string, options: StoryOptions): Story {
  const clock = storyClock(m.scheduler, begin);
  const { feedAheadMs = 0, store = new MemoryStore(), cadence = defaultCadence } = options;
  const lines: Told[] = [];
  const log: Log = (event, fields) => {
    // Parsed as the schema has it, so that every story proves the log too.
    lines.push({ event, ...logEvents[event].parse(fields) } as Told);
  };
  const set$ = new Subject<number>();
  const happen = (time: string, what: () => void): void => {
    m.scheduler.schedule(what, timeOf(time) - timeOf(begin));
  };
  const deadlineMs = 10_000;
  const feedNow = (): number =>
    clock.now() + (typeof feedAheadMs === 'number' ? feedAheadMs : feedAheadMs(clock.now()));
  const standing = (raceId: string): Standing => {
    const { race } = options;
    if (typeof race === 'function') return race(clock.now(), raceId);
    return 'status' in race ? race : standingAt(race, clock.now());
  };
  const budget = new RequestBudget(options.limits ?? { requestsPerSecond: Infinity, inFlight: 6 }, clock);
  return {
    ...diagrams(clock),
    clock,
    store,
    commits: new Commits(
      store,
      options.soon?.(m) ??
        ((work) => {
          work();
        }),
    ),
    lines,
    told: <E extends LogEventName>(wanted: E) =>
      lines
        .filter(({ event }) => event === wanted)
        .map(
          (line) =>
            Object.fromEntries(Object.entries(line).filter(([name]) => name !== 'event')) as LogFields<E>,
        ),
    happen,
    jump: (time, byMs) => {
      happen(time, () => {
        clock.setBy(byMs);
        set$.next(byMs);
      });
    },
    scheduler: clock,
    feed: {
      event: recognising(options, (raceId) => eventOf(raceId, standing(raceId), feedNow())),
      meetings: (date) =>
        (options.meetings ?? (() => NEVER))(date).pipe(
          map(() =>
            received(listingOf(date, options.listed?.(date, clock.now()) ?? [], feedNow(), options.rejected)),
          ),
        ),
    },
    budget,
    cadence,
    cadences: { standard: cadence, overrides: [] },
    countries: new Set(['NZ', 'AUS']),
    categories: new Set(['T', 'H', 'G']),
    deadlineMs,
    runningSince: clock.now(),
    feedClock: new FeedClock(log),
    reportedDrifts: new ReportedDrifts(),
    watchdog: new Watchdog(clock, deadlineMs, budget, log),
    clockSet$: set$,
    log,
    random: options.random ?? (() => 1),
  };
}

/** A feed that tells from what is known that a race stands as it did, as the client of the real one does. */
function recognising(
  { event, notGranted }: StoryOptions,
  now: (raceId: string) => EventSnapshot,
): Story['feed']['event'] {
  return answered;
  function answered(raceId: string): Observable<Received<EventSnapshot>>;
  function answered(raceId: string, print: Print | null): Observable<Received<EventSnapshot> | Same>;
  function answered(raceId: string, print: Print | null = null): Observable<Received<EventSnapshot> | Same> {
    return event(raceId).pipe(
      map(() => {
        const snapshot = now(raceId);
        const rest = restOf(snapshot);
        if (print?.rest === rest) return { sameAt: snapshot.generatedAt, bytes: 1_000 };
        const time = { from: 0, to: 0 };
        return { ...received(snapshot, notGranted), print: { length: 1_000, time, lists: [], rest } };
      }),
    );
  }
}

/** Stands for all that a response says but its time. */
function restOf(snapshot: EventSnapshot): bigint {
  const money = snapshot.money && [...snapshot.money];
  return BigInt(`0x${digest(JSON.stringify({ ...snapshot, money, generatedAt: null }))}`);
}

/** The answers of a feed that come one after the other; the last one goes on. */
export function inTurn<T>(...answers: readonly [T, ...T[]]): () => T {
  let asked = 0;
  return () => answers[Math.min(asked++, answers.length - 1)] ?? answers[0];
}

/** How a race stands from each time on. */
export type Standings = readonly (readonly [from: string, standing: Standing])[];

function standingAt(standings: Standings, now: number): Standing {
  const step = standings.findLast(([from]) => timeOf(from) <= now) ?? standings[0];
  if (step === undefined) throw new Error('a race stands somehow');
  return step[1];
}

/** Letters of diagrams: what an actor tells. */
export const reports = { c: 'changed', u: 'unchanged', f: 'failed', s: 'settled' } as const;

/** What an actor tells, in one word. */
export function inAWord(report: RaceReport): string {
  return report.kind === 'settled' ? 'settled' : report.outcome;
}

/** What the race day tells, in two words. */
export function inTwoWords(report: RacedayReport): string {
  return report.kind === 'imported' ? 'imported' : `${report.raceId} ${inAWord(report)}`;
}

/** What a listing of a time says of a race. */
export function listedOrder(
  time: string,
  standing: Pick<Standing, 'status' | 'start'>,
  raceId: string = first,
): RaceOrder {
  return { kind: 'listed', race: listedRace(raceId, standing), generatedAt: timeOf(time) };
}

/**
 * A poll of an earlier run, as the journal holds it.
 * @param generated by the feed's clock
 */
export function recorded(
  store: MemoryStore,
  time: string,
  standing: Standing,
  raceId: string = first,
  generated = time,
): void {
  const at = timeOf(time);
  const { changes } = diffEvent(store.baseline(raceId), eventOf(raceId, standing, timeOf(generated)), at);
  const poll = { ...pollRow(raceId, at, 'changed'), source_time: timestamp(timeOf(generated)) };
  store.commit([...changes, { table: 'polls', row: poll }]);
}

/** A failed poll of an earlier run, as the journal holds it. */
export function recordedFailure(store: MemoryStore, time: string, raceId: string = first): void {
  store.commit([{ table: 'polls', row: pollRow(raceId, timeOf(time), 'failed') }]);
}

function pollRow(raceId: string, at: number, outcome: 'changed' | 'failed'): PollRow {
  const started_at = timestamp(at);
  return {
    id: rowId(raceId, started_at),
    race_id: raceId,
    started_at,
    lateness_ms: 0,
    duration_ms: 0,
    outcome,
    reason: outcome === 'failed' ? 'timeout' : null,
    bytes: null,
    changes: 0,
    source_time: outcome === 'failed' ? null : started_at,
  };
}

/** A journal that knows of a race, and of a good poll at a time. */
export function known(
  time: string,
  standing: Standing,
  raceId: string = first,
  generated = time,
): MemoryStore {
  const store = new MemoryStore();
  recorded(store, time, standing, raceId, generated);
  return store;
}

/** What the race's actor tells, in a word each; without orders it goes on from its journal. */
export function actor(
  s: Story,
  order$: Observable<RaceOrder> = NEVER,
  raceId: string = first,
): Observable<string> {
  return race(raceId, order$, s).pipe(map(inAWord));
}
