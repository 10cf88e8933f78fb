import type { Drift, LostPart } from '../domain/snapshot.ts';
import type { Log } from '../domain/log-events.ts';
import { tryQuarantine } from './commit.ts';
import type { Store } from './ports.ts';

/** Kinds of which a process reports: names of unknown properties are the feed's own, and could be others each time. */
const maxKinds = 200;

/** The kinds of drift that this process has reported: each is one warning, and one response that is kept. */
export class ReportedDrifts {
  readonly #kinds = new Set<string>();

  /** Whether a kind was not reported yet; from now on it is. */
  isNew(kind: string): boolean {
    if (this.#kinds.has(kind) || this.#kinds.size >= maxKinds) return false;
    this.#kinds.add(kind);
    return true;
  }
}

export interface DriftContext {
  readonly reportedDrifts: ReportedDrifts;
  readonly store: Store;
  readonly log: Log;
}

/** A response that was taken, though not all of it was as it is documented. */
export interface Drifted {
  /** Null for a listing. */
  readonly raceId: string | null;
  /** Epoch milliseconds of our clock. */
  readonly receivedAt: number;
  readonly drifts: readonly Drift[];
  readonly lost: readonly LostPart[];
  readonly body: (() => Uint8Array) | undefined;
}

/** Logs what is of another type than documented, and keeps the response when that is new. */
export function reportDrifts(response: Drifted, context: DriftContext): void {
  const { raceId, receivedAt, drifts, lost, body } = response;
  const { reportedDrifts, log } = context;
  const fresh = drifts.filter(({ field, received }) => reportedDrifts.isNew(`${field} ${received}`));
  const parts = lost.filter(({ part }) => reportedDrifts.isNew(part));
  for (const { field, received } of fresh) log('feed.drifted', { race_id: raceId, field, received });
  for (const { part, reason } of lost) log('poll.incomplete', { race_id: raceId ?? '', part, reason });
  if (fresh.length + parts.length === 0 || body === undefined) return;
  tryQuarantine({ raceId, receivedAt, reason: 'drifted', body: body() }, context);
}
