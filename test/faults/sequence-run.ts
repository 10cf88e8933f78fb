import { isUtf8 } from 'node:buffer';
import { NEVER, map, of, timer } from 'rxjs';
import type { Observable, Subscription } from 'rxjs';
import { logEvents } from '../../src/domain/log-events.ts';
import type { Log } from '../../src/domain/log-events.ts';
import type { Print } from '../../src/domain/print.ts';
import { FeedError } from '../../src/domain/source.ts';
import type { Received, Same } from '../../src/domain/source.ts';
import type { EventSnapshot } from '../../src/domain/snapshot.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { decodeEvent } from '../../src/sources/tab/last-starts.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { printOf, sameAs } from '../../src/sources/tab/sameness.ts';
import { RequestBudget } from '../../src/streams/budget.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { Commits } from '../../src/streams/commits.ts';
import { ReportedDrifts } from '../../src/streams/drift.ts';
import { FeedClock } from '../../src/streams/feed-clock.ts';
import type { Feed } from '../../src/streams/ports.ts';
import { race } from '../../src/streams/race.ts';
import type { RaceContext, RaceOrder, RaceReport } from '../../src/streams/race-context.ts';
import { Watchdog } from '../../src/streams/watchdog.ts';
import type { VirtualClock } from '../support/streams-virtual.ts';
import type { Served } from './mutate-payloads.ts';
import { SequenceFeed } from './sequence.ts';
import type { Sequence } from './sequence.ts';
import type { Polled, SequenceJudge } from './sequence-judge.ts';

/** What became of the responses of sequences. */
export interface SequenceTally {
  served: number;
  taken: number;
  /** By the reason of the failed poll. */
  readonly refused: Map<string, number>;
}

export function sequenceTally(): SequenceTally {
  return { served: 0, taken: 0, refused: new Map() };
}

export interface SequenceWorld {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly judge: SequenceJudge;
  readonly races: readonly Served[];
  readonly tally: SequenceTally;
}

const requestMs = 200;
const downMs = 5_000;
const maxMs = 8 * 86_400_000;

/**
 * Serves a sequence to the actor of a race, on virtual time and with a real journal, and returns each value that was
 * served and is neither in the journal nor in a gap, and whatever else went wrong; one line each.
 * @param raceId one that the journal does not have
 */
export function faultsOfSequence(raceId: string, sequence: Sequence, world: SequenceWorld): string[] {
  const run = new SequenceRun(raceId, sequence, world);
  return run.faults();
}

class SequenceRun {
  readonly #raceId: string;
  readonly #steps: Sequence['steps'];
  readonly #world: SequenceWorld;
  readonly #feed: SequenceFeed;
  readonly #judge: SequenceJudge;
  readonly #problems: string[] = [];
  readonly #failed: Polled[] = [];
  #served: (Polled & { readonly text: string })[] = [];
  #reports = 0;
  #running: Subscription | null = null;
  #isOver = false;

  constructor(raceId: string, { race: number, steps }: Sequence, world: SequenceWorld) {
    const { clock, races, judge } = world;
    this.#raceId = raceId;
    this.#steps = steps;
    this.#world = world;
    this.#feed = new SequenceFeed(raceId, races[number % races.length] ?? [], clock.now());
    this.#judge = judge;
  }

  faults(): string[] {
    const { clock } = this.#world;
    const end = clock.now() + maxMs;
    this.#start({ kind: 'poll' });
    while (!this.#isOver && clock.now() < end) clock.runUntil(clock.now() + 60_000);
    this.#running?.unsubscribe();
    for (const polled of this.#failed) {
      if (!this.#judge.isInGap(this.#raceId, polled))
        this.#problems.push(`in no gap: ${new Date(polled.startedAt).toISOString()}`);
    }
    return this.#problems;
  }

  #start(order: RaceOrder): void {
    this.#running = race(this.#raceId, of(order), this.#context()).subscribe({
      next: (report) => {
        this.#take(report);
      },
      error: (error: unknown) => {
        this.#problems.push(
          `the actor failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        this.#isOver = true;
      },
    });
  }

  #take(report: RaceReport): void {
    if (report.kind === 'settled') {
      this.#isOver = true;
      return;
    }
    const step = this.#steps[this.#reports];
    const served = this.#served[this.#reports++];
    if (step === undefined || served === undefined) throw new Error('A poll that nothing was served to.');
    const { tally, clock } = this.#world;
    tally.served++;
    if (report.outcome === 'failed') {
      const reason = report.reason ?? 'none';
      tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1);
      this.#failed.push(served);
      if (!this.#judge.isInGap(this.#raceId, served)) this.#problems.push(`no gap yet: ${reason}`);
    } else {
      tally.taken++;
      const snapshot = parseEvent(JSON.parse(served.text) as unknown);
      this.#problems.push(
        ...this.#judge.missing(snapshot).map((line) => `response ${this.#reports}: ${line}`),
      );
    }
    this.#isOver = this.#reports === this.#steps.length;
    if (this.#isOver || step.isLast) this.#running?.unsubscribe();
    if (this.#isOver || !step.isLast) return;
    clock.schedule(() => {
      this.#start({ kind: 'resume' });
    }, downMs);
  }

  #context(): RaceContext {
    const { clock, journal } = this.#world;
    const log: Log = (event, fields) => {
      logEvents[event].parse(fields);
      if (event === 'journal.failed' || event === 'race.stalled')
        this.#problems.push(`${event} ${JSON.stringify(fields)}`);
    };
    const budget = new RequestBudget({ requestsPerSecond: Infinity, inFlight: 6 }, clock);
    return {
      scheduler: clock,
      feed: this.#source(),
      store: journal,
      commits: new Commits(journal, (work) => clock.schedule(work)),
      budget,
      cadence: defaultCadence,
      deadlineMs: 10_000,
      runningSince: clock.now(),
      feedClock: new FeedClock(log),
      reportedDrifts: new ReportedDrifts(),
      watchdog: new Watchdog(clock, 10_000, budget, log),
      clockSet$: NEVER,
      log,
      random: () => 0.5,
    };
  }

  #source(): Feed {
    const asked = (raceId: string, known: Print | null): Observable<Received<EventSnapshot> | Same> => {
      const { clock } = this.#world;
      const startedAt = clock.now();
      return timer(requestMs, clock).pipe(
        map(() => {
          const step = this.#steps[this.#served.length];
          if (step === undefined) throw new Error('The sequence is over.');
          const text = this.#feed.answer(step, clock.now());
          this.#served.push({ startedAt, finishedAt: clock.now(), text });
          return received(raceId, Buffer.from(text), known);
        }),
      );
    };
    function event(raceId: string): Observable<Received<EventSnapshot>>;
    function event(raceId: string, known: Print | null): Observable<Received<EventSnapshot> | Same>;
    function event(raceId: string, known: Print | null = null): Observable<Received<EventSnapshot> | Same> {
      return asked(raceId, known);
    }
    return { event, meetings: () => NEVER };
  }
}

/** A response as the client of the feed reads it. */
function received(raceId: string, body: Buffer, known: Print | null): Received<EventSnapshot> | Same {
  const bytes = body.length;
  const same = known && sameAs(known, body);
  if (same !== null) return { sameAt: same, bytes, body: () => body };
  try {
    if (!isUtf8(body)) throw new Error('It is not UTF-8.');
    const json = decodeEvent(body);
    const snapshot = parseEvent(json);
    if (snapshot.raceId !== raceId) throw new Error('It is that of another race.');
    return { snapshot, bytes, notGranted: [], print: printOf(body, json), body: () => body };
  } catch (cause) {
    throw new FeedError('malformed', 'It is not understood.', { cause, body });
  }
}
