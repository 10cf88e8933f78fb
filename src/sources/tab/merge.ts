import type { ListedMeeting, ListedRace, ListingSnapshot, Repeated } from '../../domain/snapshot.ts';

/**
 * The meetings of a day's pages, each once. What is listed more than once is never dropped: of a meeting the last entry
 * counts, with the races of all of them, and of a race in it the last entry too. A race that stands under two meetings
 * stays under both, since which of them is recorded is not for the feed to say.
 */
export function merged(served: readonly ListedMeeting[]): Pick<ListingSnapshot, 'meetings' | 'repeated'> {
  const meetings = new Map<string, Entry>();
  const repeated = { meetings: new Set<string>(), races: new Set<string>() };
  const seen = new Set<string>();
  for (const meeting of served) {
    const id = meeting.columns.meeting_id;
    const entry = meetings.get(id);
    if (entry !== undefined) repeated.meetings.add(id);
    const races = entry?.races ?? new Map<string, ListedRace>();
    for (const race of meeting.races) {
      if (seen.has(race.raceId)) repeated.races.add(race.raceId);
      seen.add(race.raceId);
      races.set(race.raceId, race);
    }
    meetings.set(id, { meeting, races });
  }
  return {
    meetings: [...meetings.values()].map(({ meeting, races }) => ({
      ...meeting,
      races: [...races.values()],
    })),
    ...foundIn(repeated),
  };
}

interface Entry {
  readonly meeting: ListedMeeting;
  readonly races: Map<string, ListedRace>;
}

function foundIn({ meetings, races }: Record<'meetings' | 'races', Set<string>>): { repeated?: Repeated } {
  if (meetings.size === 0 && races.size === 0) return {};
  return { repeated: { meetings: [...meetings], races: [...races] } };
}
