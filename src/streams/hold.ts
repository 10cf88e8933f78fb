import type { SchedulerLike } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import { FeedError } from '../domain/source.ts';
import { timestamp } from '../domain/time.ts';
import type { RequestBudget } from './budget.ts';

/** The longest that a host's wish to be left alone is taken at its word, before it is asked again. */
const longestHoldMs = 3_600_000;

/**
 * A host that asks to be left alone is, by every race and every listing.
 * @param error what a request failed with
 */
export function holdHost(
  error: unknown,
  { budget, scheduler, log }: { budget: RequestBudget; scheduler: SchedulerLike; log: Log },
): void {
  if (!(error instanceof FeedError) || error.retryAfterMs === null) return;
  const holdMs = Math.min(error.retryAfterMs, longestHoldMs);
  const until = scheduler.now() + holdMs;
  budget.hold(until);
  log('feed.held', { until: timestamp(until), hold_ms: holdMs });
}
