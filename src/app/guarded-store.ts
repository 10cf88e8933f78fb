import type { Observer } from 'rxjs';
import type { Change } from '../domain/tables.ts';
import { DamagedError, LostError } from '../journal/errors.ts';
import type { Store } from '../streams/ports.ts';

/**
 * A store that emits what it has committed, once that is durable.
 * @param failed called when the journal is not as it was written, or its files are gone: no later write can succeed
 */
export function toldStore(
  store: Store,
  committed$: Pick<Observer<readonly Change[]>, 'next'>,
  failed: (error: DamagedError | LostError) => void,
): Store {
  const noticed = (error: unknown): void => {
    if (error instanceof DamagedError || error instanceof LostError) failed(error);
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      noticed(error);
      throw error;
    }
  };
  return {
    baseline: (raceId) => guarded(() => store.baseline(raceId)),
    unchangedSince: (raceId) => guarded(() => store.unchangedSince(raceId)),
    lastGoodPollAt: (raceId) => guarded(() => store.lastGoodPollAt(raceId)),
    openGap: (raceId) => guarded(() => store.openGap(raceId)),
    liveRaces: () => guarded(() => store.liveRaces()),
    isSettled: (raceId) => guarded(() => store.isSettled(raceId)),
    meetingDigests: () => guarded(() => store.meetingDigests()),
    commit: (changes) => {
      guarded(() => {
        store.commit(changes);
      });
      committed$.next(changes);
    },
    commitEach: (each) => {
      const failures = store.commitEach(each);
      failures.forEach(noticed);
      for (const [index, changes] of each.entries()) {
        if (failures[index] === null) committed$.next(changes);
      }
      return failures;
    },
    quarantine: (entry) => {
      guarded(() => {
        store.quarantine(entry);
      });
    },
  };
}
