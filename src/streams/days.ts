import { DateTime } from 'luxon';
import { defer, repeat } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { at } from './clock.ts';

/** The zone by whose date the feed groups meetings. */
const feedZone = 'Pacific/Auckland';

/**
 * Every NZ date that the UTC day of a time touches, `YYYY-MM-DD`. The feed groups a meeting's races by its NZ
 * date, and midnight UTC is noon or 13:00 in New Zealand.
 *
 * @param now epoch milliseconds
 */
export function nzDatesOfUtcDay(now: number): string[] {
  const day = DateTime.fromMillis(now, { zone: 'utc' }).startOf('day');
  const ends = [day, day.plus({ days: 1 }).minus({ milliseconds: 1 })];
  return [...new Set(ends.map((end) => end.setZone(feedZone).toFormat('yyyy-MM-dd')))];
}

/** Emits at every 00:00 UTC, with that time in epoch milliseconds. */
export function utcMidnights(scheduler: SchedulerLike): Observable<number> {
  return defer(() => {
    const midnight = nextUtcMidnight(scheduler.now());
    return at(midnight, scheduler, midnight);
  }).pipe(repeat());
}

function nextUtcMidnight(now: number): number {
  return DateTime.fromMillis(now, { zone: 'utc' }).startOf('day').plus({ days: 1 }).toMillis();
}
