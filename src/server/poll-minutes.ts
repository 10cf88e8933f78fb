import { epochMillis, timestamp } from '../domain/time.ts';
import type { Prepare } from '../journal/writer.ts';
import type { PollMinute } from './contract/status.ts';
import { pollsAfter, recentPolls } from './queries-status.ts';
import type { RecentPoll } from './queries-status.ts';
import { newestSeq } from './queries-written.ts';

const minuteMs = 60_000;

const keptMinutes = 60;

interface Counted {
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly lateness: number[];
}

const none: Counted = { changed: 0, unchanged: 0, failed: 0, lateness: [] };

/** Counts the journal's polls by the minute of the recorder's clock in which they were made, for the last hour. */
export class PollMinutes {
  readonly #minutes = new Map<number, Counted>();
  /** The number up to which the journal's polls are counted; null before the first look. */
  #counted: number | null = null;

  /**
   * The last hour up to now, the oldest minute first; those without a poll among them.
   * @param now epoch milliseconds of the recorder's clock
   */
  list(prepare: Prepare, now: number): PollMinute[] {
    this.#read(prepare, now);
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

  #read(prepare: Prepare, now: number): void {
    const since = timestamp(now - keptMinutes * minuteMs);
    const isFirst = this.#counted === null;
    const polls = this.#counted === null ? recentPolls(prepare, since) : pollsAfter(prepare, this.#counted);
    for (const poll of polls) this.#add(poll);
    // What was written before the first look, an hour ago or more, is not counted later either.
    if (isFirst) this.#counted = newestSeq(prepare);
    else this.#counted = polls.at(-1)?.seq ?? this.#counted;
    const oldest = Math.floor(now / minuteMs) - keptMinutes;
    for (const minute of this.#minutes.keys()) if (minute <= oldest) this.#minutes.delete(minute);
  }

  #add({ started_at, outcome, lateness_ms }: RecentPoll): void {
    const minute = Math.floor(epochMillis(started_at) / minuteMs);
    const counted = this.#minutes.get(minute) ?? { ...none, lateness: [] };
    counted.lateness.push(lateness_ms ?? 0);
    this.#minutes.set(minute, { ...counted, [outcome]: counted[outcome] + 1 });
  }
}
