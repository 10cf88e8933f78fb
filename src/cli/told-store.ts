import type { Observer } from 'rxjs';
import type { Change } from '../domain/tables.ts';
import { DamagedError, LostError } from '../sinks/journal/errors.ts';
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
  const written = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      if (error instanceof LostError) failed(error);
      throw error;
    }
  };
  return {
    baseline: (raceId) => {
      try {
        return store.baseline(raceId);
      } catch (error) {
        if (error instanceof DamagedError) failed(error);
        throw error;
      }
    },
    lastGoodPollAt: (raceId) => store.lastGoodPollAt(raceId),
    openGap: (raceId) => store.openGap(raceId),
    liveRaces: () => store.liveRaces(),
    isSettled: (raceId) => store.isSettled(raceId),
    meetingDigests: () => store.meetingDigests(),
    commit: (changes) => {
      written(() => {
        store.commit(changes);
      });
      committed$.next(changes);
    },
    commitEach: (each) => {
      const failures = store.commitEach(each);
      const lost = failures.find((failure) => failure instanceof LostError);
      if (lost !== undefined) failed(lost);
      for (const [index, changes] of each.entries()) {
        if (failures[index] === null) committed$.next(changes);
      }
      return failures;
    },
    quarantine: (entry) => {
      written(() => {
        store.quarantine(entry);
      });
    },
  };
}
