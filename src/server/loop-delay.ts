import { monitorEventLoopDelay } from 'node:perf_hooks';
import { asyncScheduler, interval } from 'rxjs';
import type { Subscription } from 'rxjs';

const resolutionMs = 10;
const lookEveryMs = 10_000;

/** How late timers fire, in real milliseconds: what the recorder's polls would be late by. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #work: Subscription;
  #before = { p99: 0, max: 0 };

  constructor(failed: (error: unknown) => void) {
    this.#histogram.enable();
    this.#work = interval(lookEveryMs, asyncScheduler).subscribe({
      next: () => {
        this.#before = this.#look();
        this.#histogram.reset();
      },
      error: failed,
    });
  }

  /** Of the last ten seconds at least. */
  get(): { readonly p99: number; readonly max: number } {
    const now = this.#look();
    return { p99: Math.max(this.#before.p99, now.p99), max: Math.max(this.#before.max, now.max) };
  }

  close(): void {
    this.#histogram.disable();
    this.#work.unsubscribe();
  }

  #look(): { p99: number; max: number } {
    if (this.#histogram.count === 0) return { p99: 0, max: 0 };
    // What is measured is the time from one firing to the next.
    const delay = (nanos: number): number => Math.max(0, nanos / 1e6 - resolutionMs);
    return { p99: delay(this.#histogram.percentile(99)), max: delay(this.#histogram.max) };
  }
}
