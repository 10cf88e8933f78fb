import { computed, effect, signal } from '@preact/signals';
import type { RaceList } from '../../../../src/server/contract/answers.ts';
import type { Gap } from '../../../../src/server/contract/history.ts';
import type { Race } from '../../../../src/server/contract/race.ts';
import { get } from '../../live/api.ts';
import { Board } from '../../live/board.ts';
import { polled } from '../../live/polled.ts';
import type { RowEvent } from '../../live/stream.ts';
import { keepLive } from '../../live/keep-live.ts';
import type { Live } from '../../live/keep-live.ts';
import { Market } from './market.ts';

/** Races on the page: those to come and those just run. */
const upcoming = 40;
const lately = 8;

const raceId = ({ race_id }: Race): string => race_id;
const byStart = (a: Race, b: Race): number =>
  a.advertised_start.localeCompare(b.advertised_start) || a.race_id.localeCompare(b.race_id);
const byEnd = (a: Race, b: Race): number =>
  (b.ended_at ?? '').localeCompare(a.ended_at ?? '') || byStart(b, a);

/** The next races by their start, those just run, and the market of the very next one. */
export class NextModel {
  readonly races = new Board<Race>(raceId, byStart);
  readonly ended = new Board<Race>(raceId, byEnd);
  readonly market = new Market();
  readonly live: Live;
  /** Rises when the page was read anew. */
  readonly #reads = signal(0);
  readonly #unwatch: () => void;

  constructor() {
    this.live = keepLive({
      read: (abort) => this.#read(abort),
      query: { events: ['race', 'poll', 'gap', 'runner', 'odds'] },
      apply: (event) => {
        this.#apply(event);
      },
      applied: () => {
        this.#trim();
        this.market.tell();
      },
    });
    const first = computed(() => {
      const races = this.races.all();
      return (races.find(({ status }) => status.toLowerCase() === 'open') ?? races[0])?.race_id ?? null;
    });
    this.#unwatch = effect(() => {
      if (this.#reads.value > 0) this.market.show(first.value);
    });
  }

  close(): void {
    this.live.close();
    this.#unwatch();
    this.market.close();
  }

  async #read(abort: AbortSignal): Promise<number> {
    const [next, ended] = await Promise.all([
      get<RaceList>(`races?view=next&limit=${upcoming}`, abort),
      get<RaceList>(`races?view=ended&limit=${lately}`, abort),
    ]);
    this.races.replace(next.races);
    this.ended.replace(ended.races);
    this.#reads.value++;
    return Math.min(next.seq, ended.seq);
  }

  #apply(event: RowEvent): void {
    switch (event.name) {
      case 'race':
        this.#race(event.row);
        break;
      case 'poll':
        for (const board of [this.races, this.ended]) {
          board.change(event.row.race_id, (race) => polled(race, event.row));
        }
        break;
      case 'gap':
        this.#gap(event.row);
        break;
      default:
        this.market.apply(event);
    }
  }

  #race(race: Race): void {
    if (race.ended_at === null) {
      this.ended.remove(race.race_id);
      this.races.put(race);
    } else {
      this.races.remove(race.race_id);
      this.ended.put(race);
    }
  }

  #gap(gap: Gap): void {
    if (gap.entrant_id !== null) return;
    this.races.change(gap.race_id, (race) =>
      gap.seq < race.seq ? race : { ...race, gap_since: gap.to_time === null ? gap.from_time : null },
    );
  }

  /** The page holds so many races and no more, however long it is open. */
  #trim(): void {
    for (const id of this.races.ids.peek().slice(upcoming)) this.races.remove(id);
    for (const id of this.ended.ids.peek().slice(lately)) this.ended.remove(id);
  }
}
