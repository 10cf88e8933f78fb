import type { Observable } from 'rxjs';
import type { Baseline } from '../domain/baseline.ts';
import type { Print } from '../domain/print.ts';
import type { EventSnapshot, ListingSnapshot } from '../domain/snapshot.ts';
import type { Received, Same } from '../domain/source.ts';
import type { Change, GapRow } from '../domain/tables.ts';

/** What the streams need of a source. Subscribing asks; unsubscribing gives the request up. */
export interface Feed {
  readonly event: {
    (raceId: string): Observable<Received<EventSnapshot>>;
    /** @param known of a response before: what says the same is told so */
    (raceId: string, known: Print | null): Observable<Received<EventSnapshot> | Same>;
  };
  readonly meetings: (date: string) => Observable<Received<ListingSnapshot>>;
}

/** What the streams need of the journal. Every call is durable when it returns, or throws and did nothing. */
export interface Store {
  readonly baseline: (raceId: string) => Baseline;
  /** Epoch milliseconds at which the last poll that was not failed started; null when there is none. */
  readonly lastGoodPollAt: (raceId: string) => number | null;
  /** Epoch milliseconds of our clock since which the race has had its start and status; null when nothing is known. */
  readonly unchangedSince: (raceId: string) => number | null;
  readonly openGap: (raceId: string) => GapRow | null;
  /** Races of which polling has not ended. */
  readonly liveRaces: () => readonly StoredRace[];
  /** True when polling of the race has ended. */
  readonly isSettled: (raceId: string) => boolean;
  /** What stands for each listed meeting as last written, by its id. */
  readonly meetingDigests: () => Map<string, string>;
  readonly commit: (changes: readonly Change[]) => void;
  /** Commits each by itself, all or nothing, with as few waits for the disk as can be; tells why each was not. */
  readonly commitEach: (each: readonly (readonly Change[])[]) => readonly (Error | null)[];
  readonly quarantine: (entry: QuarantineEntry) => void;
}

export interface StoredRace {
  readonly race_id: string;
  readonly country: string | null;
  /** Racing code: T, H or G. */
  readonly type: string | null;
}

/** A response that could not be used, kept as it was received. */
export interface QuarantineEntry {
  readonly raceId: string | null;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly reason: string;
  readonly body: Uint8Array;
}
