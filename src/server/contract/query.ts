import { z } from 'zod';
import { oddsKind } from './history.ts';

const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const text = z.string({ error: 'must be given once' });

/** Query of each list: what may be asked for. `limit` has its own default and maximum. */
export const queries = {
  races: z.strictObject({
    /** `next`: not ended, by their start. `ended`: the newest first. */
    view: oneOf(['next', 'ended']).default('next'),
    country: text.optional(),
    type: oneOf(['T', 'H', 'G']).optional(),
    limit: whole(1, 200).default(50),
    cursor: text.optional(),
  }),
  history: z.strictObject({
    limit: whole(1, 2000).default(1000),
    cursor: text.optional(),
  }),
  odds: z.strictObject({
    kind: oneOf(oddsKind.options).optional(),
    entrant_id: text.optional(),
    limit: whole(1, 2000).default(1000),
    cursor: text.optional(),
  }),
  movers: z.strictObject({
    /** Minutes of the recorder's clock. */
    minutes: whole(1, 180).default(30),
    /** Of each list. */
    limit: whole(1, 100).default(20),
  }),
  gaps: z.strictObject({
    open: oneOf(['true', 'false']).default('false'),
    limit: whole(1, 200).default(50),
    cursor: text.optional(),
  }),
  stream: z.strictObject({
    after: whole(0, Number.MAX_SAFE_INTEGER).optional(),
    race: text.optional(),
    events: text.optional(),
  }),
} as const;
