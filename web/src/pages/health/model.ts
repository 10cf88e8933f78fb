import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { GapList } from '../../../../src/server/contract/answers.ts';
import { get } from '../../live/api.ts';
import { keepLive } from '../../live/keep-live.ts';
import type { Live } from '../../live/keep-live.ts';
import { readStatus } from '../../live/status.ts';

/** How often the recorder is asked how it is, real milliseconds. */
const everyMs = 2_000;

/** How the recorder is, and what it missed last. */
export class HealthModel {
  readonly gaps: Signal<GapList['gaps']> = signal([]);
  readonly live: Live;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    this.live = keepLive({
      read: async (abort) => {
        const [status, gaps] = await Promise.all([readStatus(abort), get<GapList>('gaps?limit=25', abort)]);
        this.gaps.value = gaps.gaps;
        return Math.min(status.seq, gaps.seq);
      },
      query: { events: ['gap'] },
      apply: () => {
        // A gap alone does not name its meeting: the list is read again below.
      },
      applied: () => {
        this.live.retry();
      },
    });
    this.#timer = setInterval(() => {
      if (this.live.loading.peek().kind === 'ready') this.live.retry();
    }, everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.live.close();
  }
}
