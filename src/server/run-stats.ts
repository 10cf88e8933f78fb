import { Subscription } from 'rxjs';
import type { LogFields } from '../domain/log-events.ts';
import type { Change, GapRow } from '../domain/tables.ts';
import { listen, neverFails } from './listen.ts';
import type { Poll } from './contract/history.ts';
import type { Recorder } from './recorder.ts';

/** The plan that a race is polled by. */
export interface RacePlan {
  readonly band: string;
  /** Milliseconds of the recorder's clock; null where polls are made at set times. */
  readonly everyMs: number | null;
}

/** How delivering to a sink goes, since the start. */
export interface SinkStats {
  retries: number;
  delivered: number;
  refused: number;
  /** Why deliveries wait, by table; under '' for all of them. */
  readonly paused: Map<string, string>;
}

/** Figures of a run since its start. Plain values: they can be posted to another thread. */
export interface RunFigures {
  readonly polls: Readonly<Record<Poll['outcome'], number>>;
  /** Rows committed, by table. */
  readonly rows: ReadonlyMap<string, number>;
  /** Sinks that are delivered to. */
  readonly sinks: ReadonlyMap<string, Readonly<SinkStats>>;
  /** Gaps that began since the start, by reason. */
  readonly gaps: ReadonlyMap<string, number>;
  readonly quarantined: number;
  /** Whether an import has finished. */
  readonly imported: boolean;
  /** Whether the newest import, or a listing since, had a selected meeting. */
  readonly selected: boolean;
  readonly stopping: boolean;
  /** Epoch milliseconds of the recorder's clock. */
  readonly startedAt: number;
  /** When the feed last gave something that was recorded, on the same clock; null before it ever did. */
  readonly lastGoodAt: number | null;
  /** Why the newest poll or listing that failed did; null before the first. */
  readonly lastFault: string | null;
  /** What ended the recording, one sentence; null while nothing has. */
  readonly failure: string | null;
}

/** Plan of each race that is being polled or waited for. */
export type RacePlans = ReadonlyMap<string, RacePlan>;

/** What the recorder has done since the start and how it is, counted from its events. All of it is bounded. */
export class RunStats {
  readonly plans = new Map<string, RacePlan>();
  readonly #polls = { changed: 0, unchanged: 0, failed: 0 };
  readonly #rows = new Map<string, number>();
  readonly #sinks = new Map<string, SinkStats>();
  readonly #gaps = new Map<string, number>();
  readonly #startedAt: number;
  #quarantined = 0;
  #imported = false;
  #selected = true;
  #stopping = false;
  #lastGoodAt: number | null = null;
  #lastFault: string | null = null;
  #failure: string | null = null;
  readonly #openGaps: Set<string>;
  readonly #now: () => number;
  readonly #work = new Subscription();

  /** @param openGaps ids of gaps that an earlier run left open */
  constructor(recorder: Pick<Recorder, 'now' | 'event$' | 'committed$'>, openGaps: Iterable<string>) {
    this.#now = recorder.now;
    this.#openGaps = new Set(openGaps);
    this.#startedAt = recorder.now();
    this.#work.add(
      recorder.committed$.subscribe({
        next: (changes) => {
          for (const change of changes) this.#committed(change);
        },
        error: neverFails,
      }),
    );
    this.#work.add(
      listen(recorder.event$, {
        'poll.changed': () => {
          this.#polled('changed');
        },
        'poll.unchanged': () => {
          this.#polled('unchanged');
        },
        'poll.failed': ({ reason }) => {
          this.#polled('failed');
          this.#lastFault = reason;
        },
        'poll.quarantined': () => {
          this.#quarantined++;
        },
        'listing.quarantined': () => {
          this.#quarantined++;
        },
        'listing.taken': ({ meetings }) => {
          this.#lastGoodAt = this.#now();
          if (meetings > 0) this.#selected = true;
        },
        'listing.failed': ({ reason }) => {
          this.#lastFault = reason;
        },
        'import.finished': ({ meetings }) => {
          this.#imported = true;
          this.#selected = meetings > 0;
        },
        'race.cadence': ({ race_id, band, every_ms }) => {
          this.plans.set(race_id, { band, everyMs: every_ms });
        },
        'race.settled': ({ race_id }) => {
          this.plans.delete(race_id);
        },
        'race.dropped': ({ race_id }) => {
          this.plans.delete(race_id);
        },
        'service.failed': ({ reason }) => {
          this.#failure = reason;
        },
        'service.stopping': () => {
          this.#stopping = true;
        },
        'sink.started': ({ sink }) => {
          this.#sink(sink);
        },
        'sink.delivered': ({ sink, rows, refused }) => {
          const stats = this.#sink(sink);
          stats.delivered += rows;
          stats.refused += refused;
        },
        'sink.lagging': ({ sink }) => {
          this.#sink(sink).retries++;
        },
        'sink.paused': (fields) => {
          this.#paused(fields);
        },
        'sink.resumed': ({ sink, table }) => {
          this.#sink(sink).paused.delete(table ?? '');
        },
      }),
    );
  }

  /** The figures as they are now; the maps among them change with the run. */
  figures(): RunFigures {
    return {
      ...{ polls: this.#polls, rows: this.#rows, sinks: this.#sinks, gaps: this.#gaps },
      ...{ quarantined: this.#quarantined, imported: this.#imported, stopping: this.#stopping },
      selected: this.#selected,
      ...{ startedAt: this.#startedAt, lastGoodAt: this.#lastGoodAt, lastFault: this.#lastFault },
      failure: this.#failure,
    };
  }

  /** Counts nothing more. */
  close(): void {
    this.#work.unsubscribe();
  }

  #polled(outcome: Poll['outcome']): void {
    this.#polls[outcome]++;
    if (outcome !== 'failed') this.#lastGoodAt = this.#now();
  }

  #committed(change: Change): void {
    this.#rows.set(change.table, (this.#rows.get(change.table) ?? 0) + 1);
    if (change.table === 'gaps' && 'row' in change) this.#gap(change.row);
  }

  /** A gap is written when it opens and again when it ends, or only then. */
  #gap({ id, to_time, reason }: GapRow): void {
    if (!this.#openGaps.has(id)) this.#gaps.set(reason, (this.#gaps.get(reason) ?? 0) + 1);
    if (to_time === null) this.#openGaps.add(id);
    else this.#openGaps.delete(id);
  }

  #sink(name: string): SinkStats {
    let stats = this.#sinks.get(name);
    if (stats === undefined) {
      stats = { retries: 0, delivered: 0, refused: 0, paused: new Map() };
      this.#sinks.set(name, stats);
    }
    return stats;
  }

  #paused({ sink, table, reason }: LogFields<'sink.paused'>): void {
    this.#sink(sink).paused.set(table ?? '', reason);
  }
}
