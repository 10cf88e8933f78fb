import { appwrite } from './appwrite.ts';
import { bigJournal } from './big-journal.ts';
import { changedPoll } from './changed-poll.ts';
import { growth, growthLong } from './growth.ts';
import { journal } from './journal.ts';
import type { Bench } from './line.ts';
import { network, networkDay } from './network.ts';
import { recordings } from './recordings.ts';
import { replaying } from './replay.ts';
import { unchangedPoll } from './unchanged-poll.ts';
import { service, serviceChanging } from './service.ts';
import { today } from './today.ts';

/** What `npm run bench` measures, in under five minutes. */
export const benches: readonly Bench[] = [
  unchangedPoll,
  changedPoll,
  replaying,
  network,
  service,
  growth,
  journal,
  appwrite,
  recordings,
];

/** What `npm run bench:long` measures. */
export const longBenches: readonly Bench[] = [networkDay, serviceChanging, today, growthLong, bigJournal];
