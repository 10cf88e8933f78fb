import { z } from 'zod';

/**
 * What the server answers, and what its stream tells. The page imports the types of this folder (`import type`):
 * nothing but zod is imported in it.
 *
 * Names are those of the journal's tables. Times are RFC 3339 in UTC with milliseconds on the recorder's clock,
 * which with a simulator runs at its speed; fields ending in `_ms` are milliseconds of it. Prices are null where
 * none is offered. `seq` is the journal's own number: it rises with everything that is written.
 *
 * Every answer of `/api` carries the `seq` up to which it tells everything. A page reads its answers first and then
 * opens `/api/stream?after=SEQ` with the least `seq` of them: nothing is missed in between.
 */

export const time = z.iso.datetime();
export const count = z.int().nonnegative();
export const seq = z
  .int()
  .nonnegative()
  .describe("The journal's number: it rises with everything that is written.");
/** As served by the source. */
export const asServed = z.unknown();

export const ofRace = { seq, race_id: z.string() };
export const observed = { source_time: time, observed_at: time };
