import { timestamp } from '../domain/time.ts';
import type { Poll } from './contract/history.ts';
import type { PollMinute } from './contract/status.ts';

const minuteMs = 60_000;

/** Minutes that are kept. */
export const keptMinutes = 60;

interface Counted {
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly lateness: number[];
}

const none: Counted = { changed: 0, unchanged: 0, failed: 0, lateness: [] };

/** Counts polls by the minute of the recorder's clock in which they were made, for the last hour. */
export class PollMinutes {
  readonly #minutes = new Map<number, Counted>();

  /** @param at epoch milliseconds of the recorder's clock */
  add(at: number, outcome: Poll['outcome'], latenessMs: number): void {
    const minute = Math.floor(at / minuteMs);
    const counted = this.#minutes.get(minute) ?? { ...none, lateness: [] };
    counted.lateness.push(latenessMs);
    this.#minutes.set(minute, { ...counted, [outcome]: counted[outcome] + 1 });
    if (this.#minutes.size <= 2 * keptMinutes) return;
    for (const kept of this.#minutes.keys()) if (kept <= minute - keptMinutes) this.#minutes.delete(kept);
  }

  /** The last hour up to now, the oldest minute first; those without a poll among them. */
  list(now: number): PollMinute[] {
    const newest = Math.floor(now / minuteMs);
    return Array.from({ length: keptMinutes }, (_, index) => newest - keptMinutes + 1 + index).map(
      (minute) => {
        const { lateness, ...outcomes } = this.#minutes.get(minute) ?? none;
        const sorted = lateness.toSorted((a, b) => a - b);
        return {
          minute: timestamp(minute * minuteMs),
          ...outcomes,
          lateness_median_ms: sorted[Math.floor(sorted.length / 2)] ?? null,
          lateness_max_ms: sorted.at(-1) ?? null,
        };
      },
    );
  }
}
