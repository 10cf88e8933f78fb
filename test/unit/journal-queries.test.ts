import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listedMeeting } from '../../src/domain/diff-listing.ts';
import { rowId } from '../../src/domain/ids.ts';
import type { ListedMeeting } from '../../src/domain/snapshot.ts';
import type { GapRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { insert, noon, open, rows, temporaryDirectory } from './journal-rows.ts';

const journal = () => open(join(temporaryDirectory(), 'j.db'));
const at = (seconds: number) => timestamp(noon + seconds * 1_000);
const ms = (seconds: number) => noon + seconds * 1_000;

function poll(race: string, seconds: number, outcome: string) {
  return insert('polls', { id: `${race} ${seconds}`, race_id: race, started_at: at(seconds), outcome });
}

test('polls are found by their id and their race', () => {
  const j = journal();
  j.commit([
    poll('r', 10, 'unchanged'),
    poll('r', 20, 'failed'),
    poll('r', 5, 'changed'),
    poll('q', 99, 'changed'),
  ]);
  expect([j.hasPoll('r 10'), j.hasPoll('r 11')]).toEqual([true, false]);
  expect([j.lastPollAt('r'), j.lastGoodPollAt('r')]).toEqual([ms(20), ms(10)]);
  expect([j.lastPollAt('none'), j.lastGoodPollAt('none')]).toEqual([null, null]);
});

test('live races are those not settled, by their start, with their last polls', () => {
  const j = journal();
  const race = (id: string, seconds: number, ended: string | null, settled: string | null) =>
    insert('races', {
      race_id: id,
      meeting_id: `meeting of ${id}`,
      country: 'NZ',
      type: 'T',
      status: 'Open',
      advertised_start: at(seconds),
      ended_at: ended,
      settled_at: settled,
    });
  j.commit([race('late', 900, null, null), race('done', 0, at(1), at(2)), race('ended', 0, at(60), null)]);
  j.commit([poll('ended', 10, 'changed'), poll('ended', 20, 'failed'), poll('done', 30, 'changed')]);
  const common = { country: 'NZ', type: 'T', status: 'Open', settled_at: null };
  expect(j.liveRaces()).toStrictEqual([
    {
      race_id: 'ended',
      meeting_id: 'meeting of ended',
      ...common,
      advertised_start: ms(0),
      ended_at: ms(60),
      last_poll_at: ms(20),
      last_good_poll_at: ms(10),
    },
    {
      race_id: 'late',
      meeting_id: 'meeting of late',
      ...common,
      advertised_start: ms(900),
      ended_at: null,
      last_poll_at: null,
      last_good_poll_at: null,
    },
  ]);
});

test('live races and last polls go by an index, never through all polls', () => {
  const j = journal();
  const plan = (sql: string) =>
    rows(j.file, `EXPLAIN QUERY PLAN ${sql}`)
      .map(({ detail }) => String(detail))
      .filter((detail) => detail.includes('polls'));
  const newest = (race: string) =>
    `SELECT started_at FROM polls WHERE race_id = ${race} ORDER BY started_at DESC LIMIT 1`;
  expect(plan(`SELECT race_id, (${newest('races.race_id')}) FROM races WHERE settled_at IS NULL`)).toEqual([
    'SEARCH polls USING COVERING INDEX polls_race_id_started_at (race_id=?)',
  ]);
});

test('open gaps are rows as they were written', () => {
  const j = journal();
  const gap = (id: string, from: number, to: number | null): GapRow => ({
    id,
    race_id: 'r',
    entrant_id: null,
    from_time: at(from),
    to_time: to === null ? null : at(to),
    reason: 'timeout',
    expected_polls: 3,
    repaired: false,
  });
  const rowsGiven = [gap('second', 20, null), gap('closed', 0, 5), gap('first', 10, null)];
  j.commit(rowsGiven.map((row) => ({ table: 'gaps', row })));
  expect(j.openGaps()).toStrictEqual([rowsGiven[2], rowsGiven[0]]);
});

test('digests of listed meetings are those that the next listing is compared with', () => {
  const j = journal();
  const meeting = (id: string, date: string): ListedMeeting => ({
    columns: {
      meeting_id: id,
      name: 'Ellerslie',
      date,
      country: 'NZ',
      state: null,
      category: 'T',
      track_condition: 'Good 4',
      weather: null,
      status: 'OPEN',
      tote_meeting_number: 7,
    },
    extra: { video_channels: ['b', 'a'], nested: { deep: [1, null] } },
    races: [],
  });
  const listed = ['2026-02-27', '2026-02-28'].map((date) => listedMeeting(meeting(date, date), noon));
  j.commit(listed.map(({ row }) => ({ table: 'meetings', row })));
  j.commit([insert('meetings', { meeting_id: 'of an event', date: null })]);
  expect(j.meetingDigests()).toEqual(new Map(listed.map(({ row, digest }) => [row.meeting_id, digest])));
  expect([...j.meetingDigests('2026-02-28').keys()]).toEqual(['2026-02-28']);
});

function quarantined(j: Journal): Record<string, unknown>[] {
  return rows(j.file, 'SELECT * FROM quarantine ORDER BY seq');
}

test('a quarantined response is kept once, compressed, byte by byte', () => {
  const j = journal();
  const body = Buffer.from('{"data": [NaN'.repeat(1_000));
  const response = { raceId: 'r', receivedAt: ms(1), reason: 'malformed', body };
  const id = j.quarantine(response);
  expect(j.quarantine(response)).toBe(id);
  expect(id).toBe(rowId('r', at(1), 'malformed', createHash('sha256').update(body).digest('hex')));
  const [row, ...others] = quarantined(j);
  expect(others).toEqual([]);
  expect(row).toMatchObject({ id, race_id: 'r', received_at: at(1), reason: 'malformed' });
  const stored = row?.body as Uint8Array;
  expect(stored.length).toBeLessThan(body.length / 10);
  expect(zstdDecompressSync(stored)).toEqual(body);
});

test('quarantine takes what comes: nothing, noise, a response of no race', () => {
  const j = journal();
  const noise = randomBytes(5_000);
  j.quarantine({ raceId: null, receivedAt: ms(1), reason: 'truncated', body: new Uint8Array() });
  j.quarantine({ raceId: null, receivedAt: ms(1), reason: 'truncated', body: noise });
  const bodies = quarantined(j).map((row) => zstdDecompressSync(row.body as Uint8Array));
  expect(bodies).toEqual([Buffer.alloc(0), noise]);
  expect(j.counts().quarantine).toBe(2);
});

test('meta keeps what it is given, but for the journal’s own keys', () => {
  const j = journal();
  expect(j.getMeta('plan')).toBeNull();
  j.setMeta('plan', 'a');
  j.setMeta('plan', 'b');
  expect(j.getMeta('plan')).toBe('b');
  expect(() => {
    j.setMeta('source', '{}');
  }).toThrow("meta.source is the journal's own");
});
