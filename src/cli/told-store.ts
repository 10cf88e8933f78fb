import type { Observer } from 'rxjs';
import type { Change } from '../domain/tables.ts';
import { DamagedError } from '../sinks/journal/errors.ts';
import type { Store } from '../streams/ports.ts';

/**
 * A store that tells what it has committed, once that is durable.
 * @param damaged told that the journal is not as it was written: trying again is of no use
 */
export function toldStore(
  store: Store,
  committed$: Pick<Observer<readonly Change[]>, 'next'>,
  damaged: (error: DamagedError) => void,
): Store {
  return {
    baseline: (raceId) => {
      try {
        return store.baseline(raceId);
      } catch (error) {
        if (error instanceof DamagedError) damaged(error);
        throw error;
      }
    },
    lastGoodPollAt: (raceId) => store.lastGoodPollAt(raceId),
    openGap: (raceId) => store.openGap(raceId),
    liveRaces: () => store.liveRaces(),
    isSettled: (raceId) => store.isSettled(raceId),
    meetingDigests: () => store.meetingDigests(),
    commit: (changes) => {
      store.commit(changes);
      committed$.next(changes);
    },
    commitEach: (each) => {
      const failures = store.commitEach(each);
      for (const [index, changes] of each.entries()) {
        if (failures[index] === null) committed$.next(changes);
      }
      return failures;
    },
    quarantine: (entry) => {
      store.quarantine(entry);
    },
  };
}
