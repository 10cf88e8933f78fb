import type { Observer } from 'rxjs';
import type { Change } from '../domain/tables.ts';
import type { Store } from '../streams/ports.ts';

/** A store that tells what it has committed, once that is durable. */
export function toldStore(store: Store, committed$: Pick<Observer<readonly Change[]>, 'next'>): Store {
  return {
    baseline: (raceId) => store.baseline(raceId),
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
