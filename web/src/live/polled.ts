import type { Race } from '../../../src/server/contract/race.ts';
import type { StreamEvents } from '../../../src/server/contract/stream.ts';

type Poll = StreamEvents['poll'];

/** A race after a poll of it: when it was last looked at, and how often it is. */
export function polled<R extends Race | null>(race: R, poll: Poll): R {
  if (race === null || (race.last_poll_at !== null && poll.started_at < race.last_poll_at)) return race;
  return {
    ...race,
    last_poll_at: poll.started_at,
    last_poll_outcome: poll.outcome,
    last_good_poll_at: poll.outcome === 'failed' ? race.last_good_poll_at : poll.started_at,
    band: poll.band,
    every_ms: poll.every_ms,
  };
}
