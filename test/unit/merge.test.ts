import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedMeeting } from '../../src/domain/snapshot.ts';
import { parseListing } from '../../src/sources/tab/parse.ts';
import { merged } from '../../src/sources/tab/merge.ts';
import { distinctRaces } from '../../src/streams/listing.ts';
import { hold } from '../support/properties.ts';

function meetingsOf(entries: readonly { id: string; name?: string; races: readonly [string, string][] }[]) {
  const meetings = entries.map(({ id, name = id, races }) => ({
    meeting: id,
    name,
    races: races.map(([race, text]) => ({
      id: race,
      name: text,
      status: 'Open',
      start_time: '2026-03-01T03:10:00Z',
    })),
  }));
  return parseListing({ header: { generated_time: '2026-03-01T00:00:00Z' }, data: { meetings } }).meetings;
}

const said = (meetings: readonly ListedMeeting[]) =>
  meetings.map(({ columns, races }) => [
    columns.name,
    races.map(({ raceId, name }) => `${raceId} ${name ?? ''}`),
  ]);

describe('a meeting that is listed more than once', () => {
  it('has the races of all its entries, and else what the last one says', () => {
    const { meetings, repeated } = merged(
      meetingsOf([
        {
          id: 'M',
          name: 'first',
          races: [
            ['r1', 'one'],
            ['r2', 'two'],
          ],
        },
        { id: 'N', races: [['r9', 'nine']] },
        {
          id: 'M',
          name: 'last',
          races: [
            ['r2', 'second'],
            ['r3', 'three'],
          ],
        },
      ]),
    );
    expect(said(meetings)).toEqual([
      ['last', ['r1 one', 'r2 second', 'r3 three']],
      ['N', ['r9 nine']],
    ]);
    expect(repeated).toEqual({ meetings: ['M'], races: ['r2'] });
  });

  it('is not reported where each is listed once', () => {
    expect(merged(meetingsOf([{ id: 'M', races: [['r1', '']] }])).repeated).toBeUndefined();
  });

  it('leaves a race under each meeting that lists it, and it is recorded once, as the last entry has it', () => {
    const { meetings, repeated } = merged(
      meetingsOf([
        {
          id: 'M',
          races: [
            ['r1', 'one'],
            ['r1', 'again'],
          ],
        },
        { id: 'N', races: [['r1', 'there']] },
      ]),
    );
    expect(said(meetings)).toEqual([
      ['M', ['r1 again']],
      ['N', ['r1 there']],
    ]);
    expect(repeated).toEqual({ meetings: [], races: ['r1'] });
    expect(distinctRaces(meetings)).toMatchObject([{ raceId: 'r1', meetingId: 'N', name: 'there' }]);
  });

  it('loses no race, whatever is listed how often', () => {
    const entry = fc.record({
      id: fc.constantFrom('M', 'N', 'O'),
      races: fc.array(fc.tuple(fc.constantFrom('r1', 'r2', 'r3', 'r4'), fc.string())),
    });
    hold(
      fc.property(fc.array(entry), (entries) => {
        const races = distinctRaces(merged(meetingsOf(entries)).meetings);
        const ids = entries.flatMap((one) => one.races.map(([id]) => id));
        expect(new Set(races.map(({ raceId }) => raceId))).toEqual(new Set(ids));
        expect(races).toHaveLength(new Set(ids).size);
      }),
    );
  });
});
