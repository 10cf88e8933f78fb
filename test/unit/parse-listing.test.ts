import { describe, expect, it } from 'vitest';
import { parseListing } from '../../src/sources/tab/parse.ts';
import type { JsonObject } from '../support/snapshots.ts';

const race = (more: JsonObject = {}): JsonObject => ({
  id: 'R',
  race_number: 1,
  name: 'Maiden',
  start_time: '2026-03-01T00:10:00Z',
  status: 'Open',
  ...more,
});

const meeting = (more: JsonObject = {}): JsonObject => ({
  meeting: 'M',
  name: 'Ellerslie',
  date: '2026-03-01T00:00:00Z',
  races: [race()],
  ...more,
});

const listing = (...meetings: unknown[]) =>
  parseListing({ header: { generated_time: '2026-03-01T00:00:00.5Z' }, data: { meetings } });

describe('a listing', () => {
  it('tells of meetings and their races', () => {
    const { generatedAt, meetings, rejected } = listing(
      meeting({
        category: 'T',
        category_name: 'Thoroughbred Horse Racing',
        country: 'NZ',
        state: 'AKL',
        track_condition: 'Good',
        tote_status: 'Selling',
        tote_meeting_number: 3,
        quaddie: [5, 6, 7, 8],
        races: [
          race({ weather: 'FINE', distance: 1200, country: 'NZ', state: 'AKL', tote_start_time: '24:10:00' }),
        ],
      }),
    );
    expect(generatedAt).toBe(Date.parse('2026-03-01T00:00:00.5Z'));
    expect(rejected).toEqual([]);
    expect(meetings).toEqual([
      {
        columns: {
          meeting_id: 'M',
          name: 'Ellerslie',
          date: '2026-03-01',
          country: 'NZ',
          state: 'AKL',
          category: 'T',
          track_condition: 'Good',
          weather: 'FINE',
          status: 'Selling',
          tote_meeting_number: 3,
        },
        extra: { category_name: 'Thoroughbred Horse Racing', quaddie: [5, 6, 7, 8] },
        races: [
          {
            raceId: 'R',
            meetingId: 'M',
            raceNumber: 1,
            name: 'Maiden',
            status: 'Open',
            advertisedStart: Date.parse('2026-03-01T00:10:00Z'),
            toteStartTime: '24:10:00',
            trackCondition: null,
            distance: 1200,
            weather: 'FINE',
            country: 'NZ',
            state: 'AKL',
            category: 'T',
          },
        ],
      },
    ]);
  });

  it('tells as the weather of a meeting that of its first race still open, then of its last', () => {
    const races = (...statuses: string[]) =>
      listing(
        meeting({
          races: statuses.map((status, index) => race({ id: `R${index}`, status, weather: `w${index}` })),
        }),
      ).meetings[0]?.columns.weather;
    expect(races('Final', 'OPEN', 'Open')).toBe('w1');
    expect(races('Final', 'Abandoned')).toBe('w1');
    expect(races()).toBeNull();
  });

  it.each([undefined, null, []])('has no races where a meeting has %j', (races) => {
    expect(listing(meeting({ races })).meetings[0]?.races).toEqual([]);
  });

  it('may list no meetings', () => {
    const header = { generated_time: '2026-03-01T00:00:00Z' };
    for (const data of [{}, { meetings: null }, { meetings: [] }]) {
      expect(parseListing({ header, data }).meetings).toEqual([]);
    }
  });

  it('rejects a malformed meeting or race alone, with what is wrong there', () => {
    const { meetings, rejected } = listing(
      meeting({ meeting: 'one' }),
      meeting({ meeting: 'two', races: [race(), race({ id: 'R2', start_time: '12:10' })] }),
      meeting({ meeting: 'three', races: [race({ status: null })] }),
      meeting({ meeting: 'four', country: ['NZ'] }),
      meeting({ meeting: 'five', races: { R: race() } }),
      meeting({ meeting: 'six\ud800' }),
      meeting({ meeting: 5 }),
      meeting({ meeting: undefined }),
      null,
      'text',
      meeting({ meeting: 'last' }),
    );
    expect(
      meetings.map(({ columns, races }) => [columns.meeting_id, races.map(({ raceId }) => raceId)]),
    ).toEqual([
      ['one', ['R']],
      ['two', ['R']],
      ['three', []],
      ['last', ['R']],
    ]);
    expect(rejected[0]?.raceIds).toEqual(['R', 'R2']);
    expect(rejected.map(({ meetingId }) => meetingId)).toEqual([
      'two',
      'three',
      'four',
      'five',
      'six\ufffd',
      null,
      null,
      null,
      null,
    ]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      'races.R2.start_time is not a time',
      expect.stringMatching(/^races\.0\.status: .*received null/),
      'country: Invalid text',
      'races: Invalid list',
      expect.stringMatching(/^meeting: .*surrogate/),
      expect.stringMatching(/^meeting: .*received number/),
      expect.stringMatching(/^meeting: .*received undefined/),
      expect.stringMatching(/^the body: .*received null/),
      expect.stringMatching(/^the body: .*received string/),
    ]);
  });

  it('is not understood where its own frame is malformed', () => {
    expect(() => parseListing({ header: {}, data: { meetings: [] } })).toThrow(/^header\.generated_time: /);
    expect(() => parseListing({ header: { generated_time: 'x' }, data: {} })).toThrow(/is not a time$/);
    expect(() =>
      parseListing({ header: { generated_time: '2026-03-01T00:00:00Z' }, data: { meetings: {} } }),
    ).toThrow(/^data\.meetings: /);
  });
});
