import { effect, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Movers } from '../../../../src/server/contract/answers.ts';
import { get } from '../../live/api.ts';
import { keepLive } from '../../live/keep-live.ts';
import type { Live } from '../../live/keep-live.ts';

export const minuteChoices = [5, 15, 30, 60, 180] as const;

/** Lists are read again this long after prices changed, real milliseconds: so often at most. */
const againMs = 1_000;

/** The largest moves of the last minutes, over all races. */
export class MoversModel {
  readonly minutes: Signal<number> = signal(30);
  readonly movers: Signal<Movers | null> = signal(null);
  readonly live: Live;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unwatch: () => void;

  constructor() {
    this.live = keepLive({
      read: (abort) => this.#read(abort),
      query: { events: ['poll'] },
      apply: (event) => {
        if (event.name === 'poll' && event.row.outcome === 'changed') this.#soon();
      },
    });
    let first = true;
    this.#unwatch = effect(() => {
      // The live makes the first read itself.
      if (this.minutes.value > 0 && !first) this.live.retry();
      first = false;
    });
  }

  close(): void {
    this.live.close();
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#unwatch();
  }

  async #read(abort: AbortSignal): Promise<number> {
    const minutes = this.minutes.peek();
    const movers = await get<Movers>(`movers?minutes=${minutes}`, abort);
    if (minutes === this.minutes.peek()) this.movers.value = movers;
    return movers.seq;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.live.retry();
    }, againMs);
  }
}
