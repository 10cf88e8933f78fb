import { z } from 'zod';
import { oddsKind } from './history.ts';

/** Query of each list: what may be asked for. `limit` has its own default and maximum. */
export const queries = {
  races: z.strictObject({
    /** `next`: not ended, by their start. `ended`: the newest first. */
    view: z.enum(['next', 'ended']).default('next'),
    country: z.string().optional(),
    type: z.enum(['T', 'H', 'G']).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().optional(),
  }),
  history: z.strictObject({
    limit: z.coerce.number().int().min(1).max(2000).default(1000),
    cursor: z.string().optional(),
  }),
  odds: z.strictObject({
    kind: oddsKind.optional(),
    entrant_id: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(2000).default(1000),
    cursor: z.string().optional(),
  }),
  movers: z.strictObject({
    /** Minutes of the recorder's clock. */
    minutes: z.coerce.number().int().min(1).max(180).default(30),
    /** Of each list. */
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  gaps: z.strictObject({
    open: z.enum(['true', 'false']).default('false'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().optional(),
  }),
  stream: z.strictObject({
    after: z.coerce.number().int().nonnegative().optional(),
    race: z.string().optional(),
    events: z.string().optional(),
  }),
} as const;
