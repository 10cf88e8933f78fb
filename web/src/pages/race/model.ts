import { batch, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { RaceDetail } from '../../../../src/server/contract/answers.ts';
import type { Bet, Gap, Pool, RaceEvent, Result } from '../../../../src/server/contract/history.ts';
import type { Race, Runner } from '../../../../src/server/contract/race.ts';
import { epoch } from '../../format/time.ts';
import { poolName } from '../../format/words.ts';
import { get, readAll } from '../../live/api.ts';
import { Board } from '../../live/board.ts';
import { Known } from '../../live/known.ts';
import { polled } from '../../live/polled.ts';
import type { RowEvent } from '../../live/stream.ts';
import { keepLive } from '../../live/keep-live.ts';
import type { Live } from '../../live/keep-live.ts';
import { Lines } from '../../series/store.ts';

/** Rows of a list that are kept, the newest. */
const most = 200;

/** The line of the money that is on ids that are not in the field. */
export const notInField = 'not in the field';

/** One race: how it stands, and its history. */
export class RaceModel {
  readonly race: Signal<Race | null> = signal(null);
  readonly runners = new Board<Runner>(
    ({ entrant_id }) => entrant_id,
    (a, b) => (a.runner_number ?? Infinity) - (b.runner_number ?? Infinity) || a.name.localeCompare(b.name),
  );
  readonly pools = new Board<Pool>(poolKey, (a, b) => Number(a.legs !== null) - Number(b.legs !== null));
  /** The newest revision. */
  readonly result: Signal<Result | null> = signal(null);
  /** Every revision known. */
  readonly revisions: Signal<readonly Result[]> = signal([]);
  /** Newest first, like events and gaps. */
  readonly bets: Signal<readonly Bet[]> = signal([]);
  readonly events: Signal<readonly RaceEvent[]> = signal([]);
  readonly gaps: Signal<readonly Gap[]> = signal([]);
  readonly fixedWin = new Lines();
  readonly hold = new Lines();
  readonly bet = new Lines();
  readonly poolTotals = new Lines();
  readonly #isRead = signal(false);
  readonly live: Live;
  readonly #id: string;
  #known = new Known();

  constructor(id: string) {
    this.#id = id;
    this.live = keepLive({
      read: (abort, show) => this.#read(abort, show),
      query: {
        race: id,
        events: ['race', 'runner', 'odds', 'money', 'pool', 'bet', 'race_event', 'result', 'gap', 'poll'],
      },
      apply: (event) => {
        this.#apply(event);
      },
      applied: () => {
        this.#tell();
      },
    });
  }

  /** Whether the history is here too: how the race stands is known before it. */
  get isRead(): ReadonlySignal<boolean> {
    return this.#isRead;
  }

  close(): void {
    this.live.close();
  }

  async #read(abort: AbortSignal, show: () => void): Promise<number> {
    const path = `races/${encodeURIComponent(this.#id)}`;
    const detail = await get<RaceDetail>(path, abort);
    batch(() => {
      this.race.value = detail.race;
      this.runners.replace(detail.runners);
      this.pools.replace(detail.pools);
      this.result.value = detail.result;
      show();
    });
    // From here on everything is taken anew; what is shown stays until it is told.
    this.#known = new Known();
    for (const lines of [this.fixedWin, this.hold, this.bet, this.poolTotals]) lines.clear();
    const lists: RowEvent[] = [];
    const part = (query: string, name: RowEvent['name']): Promise<number> =>
      readAll(`${path}/${query}`, abort, (rows) => {
        for (const row of rows) {
          const event = { name, row } as RowEvent;
          if (name === 'bet' || name === 'race_event' || name === 'gap' || name === 'result')
            lists.push(event);
          else this.#history(event);
        }
      });
    const seqs = await Promise.all([
      part('odds?kind=fixed_win&limit=2000', 'odds'),
      part('money?limit=2000', 'money'),
      part('pools?limit=2000', 'pool'),
      part('bets?limit=2000', 'bet'),
      part('events?limit=2000', 'race_event'),
      part('gaps?limit=2000', 'gap'),
      part('results?limit=2000', 'result'),
    ]);
    batch(() => {
      for (const list of [this.bets, this.events, this.gaps, this.revisions]) list.value = [];
      for (const event of lists) this.#apply(event);
      this.#tell();
      this.#isRead.value = true;
    });
    const seq = Math.min(detail.seq, ...seqs);
    this.#known.done(seq);
    return seq;
  }

  #apply(event: RowEvent): void {
    switch (event.name) {
      case 'race':
        if (event.row.seq >= (this.race.peek()?.seq ?? 0)) this.race.value = event.row;
        break;
      case 'runner':
        this.runners.put(event.row);
        break;
      case 'pool':
        this.pools.put(event.row);
        this.#history(event);
        break;
      case 'result':
        if (event.row.revision >= (this.result.peek()?.revision ?? 0)) this.result.value = event.row;
        if (this.#known.add(event.row)) this.revisions.value = [...this.revisions.peek(), event.row];
        break;
      case 'bet':
        if (this.#known.add(event.row)) this.bets.value = [event.row, ...this.bets.peek()].slice(0, most);
        break;
      case 'race_event':
        if (this.#known.add(event.row)) this.events.value = [event.row, ...this.events.peek()].slice(0, most);
        break;
      case 'gap':
        this.#gap(event.row);
        break;
      case 'poll':
        this.race.value = polled(this.race.peek(), event.row);
        break;
      default:
        this.#history(event);
    }
  }

  #gap(gap: Gap): void {
    const others = this.gaps.peek().filter(({ id }) => id !== gap.id);
    this.gaps.value = [gap, ...others]
      .toSorted((a, b) => b.from_time.localeCompare(a.from_time))
      .slice(0, most);
    const race = this.race.peek();
    if (race === null || gap.entrant_id !== null || gap.seq < race.seq) return;
    this.race.value = { ...race, gap_since: gap.to_time === null ? gap.from_time : null };
  }

  #history(event: RowEvent): void {
    if (event.name !== 'odds' && event.name !== 'money' && event.name !== 'pool') return;
    if (!this.#known.add(event.row)) return;
    const t = epoch(event.row.source_time);
    if (event.name === 'pool') {
      this.poolTotals.add(poolKey(event.row), { t, v: event.row.total });
    } else if (event.name === 'money') {
      const id = event.row.entrant_id ?? notInField;
      this.hold.add(id, { t, v: event.row.hold_percentage });
      this.bet.add(id, { t, v: event.row.bet_percentage });
    } else if (event.row.kind === 'fixed_win') {
      this.fixedWin.add(event.row.entrant_id, { t, v: priced(event.row.odds) });
    }
  }

  #tell(): void {
    for (const lines of [this.fixedWin, this.hold, this.bet, this.poolTotals]) lines.tell();
  }
}

/** A product over several races is told apart by its legs. */
function poolKey({ product, legs }: Pool): string {
  return poolName(product, legs);
}

/** 0 and less are no price. */
function priced(odds: number | null): number | null {
  return odds !== null && odds > 0 ? odds : null;
}
