import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { RaceDetail } from '../../../../src/server/contract/answers.ts';
import type { Runner } from '../../../../src/server/contract/race.ts';
import { epoch } from '../../format/time.ts';
import { get, readAll } from '../../live/api.ts';
import { Board } from '../../live/board.ts';
import { Known } from '../../live/known.ts';
import type { RowEvent } from '../../live/stream.ts';
import { Lines } from '../../series/store.ts';

/** Real milliseconds after which a market that could not be read is tried again. */
const againMs = 2_000;

/** The market of one race: its runners by their price, and how their prices came there. */
export class Market {
  /** The race whose market this is: while that of another is read, the one before. Null before the first. */
  readonly race: Signal<string | null> = signal(null);
  readonly runners = new Board<Runner>(
    ({ entrant_id }) => entrant_id,
    (a, b) =>
      (a.fixed_win ?? Infinity) - (b.fixed_win ?? Infinity) ||
      (a.runner_number ?? 0) - (b.runner_number ?? 0),
  );
  readonly fixedWin = new Lines();
  #known = new Known();
  #reading: string | null = null;
  #waiting: RowEvent[] = [];
  #abort = new AbortController();

  /** Reads the market of a race, as often as it takes, until another one is asked for. */
  show(id: string | null): void {
    this.close();
    this.#abort = new AbortController();
    if (id === null) this.race.value = null;
    else this.#try(id, this.#abort.signal);
  }

  close(): void {
    this.#abort.abort();
    this.#reading = null;
    this.#waiting = [];
  }

  /** Takes what the stream tells of the race. */
  apply(event: RowEvent): void {
    if (event.row.race_id === this.#reading) this.#waiting.push(event);
    else if (event.row.race_id === this.race.peek()) this.#take(event);
  }

  tell(): void {
    this.fixedWin.tell();
  }

  #try(id: string, abort: AbortSignal): void {
    this.#reading = id;
    this.#waiting = [];
    this.#read(id, abort).catch(() => {
      // The page's own connection says that the recorder is away; this only waits for its return.
      if (abort.aborted) return;
      setTimeout(() => {
        if (!abort.aborted) this.#try(id, abort);
      }, againMs);
    });
  }

  async #read(id: string, abort: AbortSignal): Promise<void> {
    const path = `races/${encodeURIComponent(id)}`;
    const rows: RowEvent[] = [];
    const [detail] = await Promise.all([
      get<RaceDetail>(path, abort),
      readAll(`${path}/odds?kind=fixed_win&limit=2000`, abort, (page) => {
        for (const row of page) rows.push({ name: 'odds', row } as RowEvent);
      }),
    ]);
    batch(() => {
      this.#known = new Known();
      this.#reading = null;
      this.fixedWin.clear();
      this.runners.replace(detail.runners);
      this.race.value = id;
      for (const event of [...rows, ...this.#waiting]) this.#take(event);
      this.#known.done(0);
      this.#waiting = [];
      this.tell();
    });
  }

  #take(event: RowEvent): void {
    if (event.name === 'runner') this.runners.put(event.row);
    if (event.name !== 'odds' || event.row.kind !== 'fixed_win' || !this.#known.add(event.row)) return;
    const { odds, source_time: time, entrant_id: id } = event.row;
    this.fixedWin.add(id, { t: epoch(time), v: odds !== null && odds > 0 ? odds : null });
  }
}
