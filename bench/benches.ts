import type { Bench } from './line.ts';

/** What `npm run bench` measures, in under five minutes. */
export const benches: readonly Bench[] = [];

/** What `npm run bench:long` measures. */
export const longBenches: readonly Bench[] = [];
