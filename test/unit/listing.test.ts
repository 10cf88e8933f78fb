import { describe, expect, it } from 'vitest';
import { listedMeeting } from '../../src/domain/diff-listing.ts';
import { timestamp } from '../../src/domain/time.ts';
import { rowsOf, start } from '../support/snapshots.ts';
import { event, listing, minute, takeReports } from '../support/snapshots-reports.ts';
import type { Report } from '../support/snapshots-reports.ts';

function statuses(...reports: Report[]): (string | undefined)[] {
  return takeReports(reports).map(({ row }) => row?.status);
}

describe('the status of a race', () => {
  it('is that of the newer report, event or listing', () => {
    expect(
      statuses(listing(0, 'Open'), event(1, 'Closed'), listing(2, 'Interim'), event(3, 'Final')),
    ).toEqual([...['Open', 'Closed', 'Interim', 'Final']]);
  });

  it('is not changed by a report that arrives late, event or listing', () => {
    expect(statuses(event(2, 'Closed'), listing(1, 'Open'))).toEqual(['Closed', 'Closed']);
    expect(statuses(event(0, 'Open'), listing(2, 'Closed'), event(1, 'Open'))).toEqual([
      'Open',
      'Closed',
      'Closed',
    ]);
    expect(statuses(listing(2, 'Closed'), listing(1, 'Open'))).toEqual(['Closed', 'Closed']);
  });

  it('is Abandoned where a listing says so and an event stays Open, newer or older', () => {
    expect(statuses(event(0, 'Open'), listing(1, 'Abandoned'), event(2, 'OPEN'))).toEqual([
      ...['Open', 'Abandoned', 'Abandoned'],
    ]);
    expect(statuses(event(2, 'Open'), listing(1, 'ABANDONED'))).toEqual(['Open', 'ABANDONED']);
  });

  it('is what a later listing says of an abandoned race, and what an event says that is not Open', () => {
    expect(statuses(listing(0, 'Abandoned'), event(1, 'Open'), listing(2, 'Open'), event(3, 'Open'))).toEqual(
      [...['Abandoned', 'Abandoned', 'Open', 'Open']],
    );
    expect(statuses(listing(0, 'Abandoned'), event(1, 'Interim'))).toEqual(['Abandoned', 'Interim']);
  });
});

describe('a listing of a race', () => {
  it('is its row until an event tells more', () => {
    const [first, second] = takeReports([listing(0, 'Open'), event(1, 'Open')]);
    expect(first?.changes).toHaveLength(1);
    expect(first?.row).toMatchObject({
      race_id: 'R',
      meeting_id: 'M',
      race_number: 3,
      name: 'Maiden',
      distance: 1200,
      weather: 'FINE',
      type: 'T',
      tote_start_time: '25:10:00',
      raw_extra: null,
    });
    expect(second?.row).toMatchObject({
      name: null,
      tote_start_time: '25:10:00',
      raw_extra: expect.any(String) as string,
    });
  });

  it('moves the start, and is told as an event once', () => {
    const taken = takeReports([event(-60, 'Open'), listing(-59, 'Open', 600), listing(-57, 'Open', 600)]);
    expect(
      rowsOf(taken, 'race_events').map((row) => [row.kind, row.previous, row.value, row.source_time]),
    ).toEqual([['start_time', timestamp(start), timestamp(start + 600_000), timestamp(start - 59 * minute)]]);
    expect(taken[1]?.row).toMatchObject({ advertised_start: timestamp(start + 600_000) });
    expect(taken[2]?.changes).toEqual([]);
  });

  it('adds what only it tells to the row of a race that an event told before', () => {
    const [, second] = takeReports([event(0, 'Open'), listing(1, 'Open')]);
    expect(second?.changes).toHaveLength(1);
    expect(second?.row).toMatchObject({
      tote_start_time: '25:10:00',
      raw_extra: expect.any(String) as string,
    });
  });

  it('says nothing by another case of the status', () => {
    const taken = takeReports([event(0, 'OPEN'), listing(1, 'Open'), listing(2, 'open'), event(3, 'OPEN')]);
    expect(taken.slice(2).map(({ changes }) => changes)).toEqual([[], []]);
    expect(taken.map(({ baseline }) => baseline.race?.status)).toEqual(['OPEN', 'OPEN', 'OPEN', 'OPEN']);
  });

  it('tells the meeting in full, so that events tell nothing of it any more', () => {
    const told = (...reports: Report[]) => rowsOf(takeReports(reports), 'meetings').length;
    expect(told(event(0, 'Open'), event(1, 'Open'))).toBe(1);
    expect(told(listing(0, 'Open'), event(1, 'Open'))).toBe(0);
    expect(told(event(0, 'Open'), listing(1, 'Open'), event(2, 'Closed'))).toBe(1);
  });

  it('knows of no protest, so that the first that an event shows is none that came about', () => {
    const taken = takeReports([listing(0, 'Open'), { ...event(1, 'Open'), protest: true }]);
    expect(rowsOf(taken, 'race_events')).toEqual([]);
    expect(taken[1]?.row).toMatchObject({ protest: true });
  });

  it('changes nothing when it says the same again, and is taken once', () => {
    const taken = takeReports([
      listing(0, 'Open'),
      event(1, 'Open'),
      listing(2, 'Open'),
      listing(2, 'Closed'),
    ]);
    expect(taken.slice(2).map(({ changes }) => changes)).toEqual([[], []]);
  });

  it('tells the end of a race on our clock, and takes it back when the race is on again', () => {
    const rows = takeReports([
      event(0, 'Open'),
      listing(1, 'Abandoned'),
      listing(3, 'Abandoned'),
      listing(5, 'Open'),
    ]);
    expect(rows.map(({ row }) => row?.ended_at)).toEqual([
      null,
      timestamp(start + minute + 500),
      timestamp(start + minute + 500),
      null,
    ]);
  });
});

describe('the row of a listed meeting', () => {
  const columns = {
    meeting_id: 'M',
    name: 'Ellerslie',
    date: '2026-03-01',
    country: 'NZ',
    state: 'AKL',
    category: 'T',
    track_condition: 'Good',
    weather: 'FINE',
    status: null,
    tote_meeting_number: 3,
  };
  const meeting = (extra: Record<string, unknown>) => listedMeeting({ columns, extra, races: [] }, start);

  it('holds its columns and what else was served', () => {
    const { row } = meeting({ quaddie: [5, 6, 7, 8] });
    expect(row).toEqual({ ...columns, source_time: timestamp(start), raw_extra: '{"quaddie":[5,6,7,8]}' });
  });

  it('is another when something changes, and the same in another order', () => {
    const { digest } = meeting({ video_channels: ['Live1', 'Live2'], treble: [1, 2, 3] });
    expect(meeting({ treble: [1, 2, 3], video_channels: ['Live2', 'Live1'] }).digest).toBe(digest);
    expect(meeting({ video_channels: ['Live1', 'Live2'], treble: [2, 1, 3] }).digest).not.toBe(digest);
  });
});
