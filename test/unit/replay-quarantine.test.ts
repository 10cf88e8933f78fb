import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { replayQuarantine } from '../../src/app/replay-quarantine.ts';
import { diffListed } from '../../src/domain/diff-listing.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import { rowId } from '../../src/domain/ids.ts';
import { RowError } from '../../src/domain/row-error.ts';
import type { Change } from '../../src/domain/tables.ts';
import { epochMillis, timestamp } from '../../src/domain/time.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { limits } from '../../src/sources/tab/limits.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { temporaryDirectory } from '../support/process.ts';
import { raceId, runner, served } from '../support/snapshots.ts';
import type { JsonObject, ServedEvent } from '../support/snapshots.ts';
import { listedRace } from '../support/snapshots-reports.ts';

interface Kept {
  readonly journal: Journal;
  readonly rows: (sql: string) => Record<string, unknown>[];
}

function newJournal(): Kept {
  const directory = temporaryDirectory();
  onTestFinished(directory.remove);
  const file = join(directory.path, 'journal.db');
  const journal = openJournal(file, {
    source: { kind: 'recording' },
    now: () => epochMillis('2026-03-02T00:00:00Z'),
  });
  const db = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => {
    db.close();
    journal.close();
  });
  return {
    journal,
    rows: (sql) =>
      db
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
  };
}

function response(at: string, win: number, more: JsonObject = {}): ServedEvent {
  return served(at, {
    runners: [runner('a', { odds: { fixed_win: win, fixed_place: 1.5 }, ...more })],
    tote_pools: [{ product_type: 'Win', total: win * 100, status: 'OPEN' }],
  });
}

const receivedAt = ({ header }: ServedEvent): number => epochMillis(header.generated_time) + 500;

/** As a recorder takes it. */
function take(journal: Journal, one: ServedEvent): void {
  const startedAt = timestamp(receivedAt(one) - 100);
  const snapshot = parseEvent(one);
  const { changes } = diffEvent(journal.baseline(raceId), snapshot, receivedAt(one));
  const poll: Change = {
    table: 'polls',
    row: {
      id: rowId(raceId, startedAt),
      race_id: raceId,
      started_at: startedAt,
      lateness_ms: 0,
      duration_ms: 100,
      outcome: 'changed',
      reason: null,
      bytes: 1,
      changes: changes.length,
      source_time: timestamp(snapshot.generatedAt),
    },
  };
  journal.commit([...changes, poll]);
}

function keep(journal: Journal, one: ServedEvent, text = JSON.stringify(one)): void {
  journal.quarantine({
    raceId,
    receivedAt: receivedAt(one),
    reason: 'malformed',
    body: Buffer.from(text, 'latin1'),
  });
}

const first = response('2026-03-01T02:00:00Z', 2);
const later = [
  response('2026-03-01T02:00:10Z', 2),
  response('2026-03-01T02:00:20Z', 3),
  response('2026-03-01T02:00:30Z', 2.5),
];

function replayed(journal: Journal) {
  const problems: string[] = [];
  const counts = replayQuarantine(journal, (event, fields) => {
    if (event === 'replay.problem' && 'reason' in fields) problems.push(fields.reason);
  });
  return { counts, problems };
}

const history = [
  'SELECT id, odds, previous_odds, source_time, observed_at, basis FROM odds_history ORDER BY id',
  'SELECT id, total, previous_total, source_time, observed_at FROM pool_history ORDER BY id',
  'SELECT entrant_id, fixed_win, source_time, raw_extra FROM entrants',
];

describe('responses in quarantine', () => {
  it('are recorded as they would have been, in the order in which they came', () => {
    const [live, kept] = [newJournal(), newJournal()];
    for (const one of [first, ...later]) take(live.journal, one);
    take(kept.journal, first);
    for (const one of later.toReversed()) keep(kept.journal, one);
    const { counts, problems } = replayed(kept.journal);
    expect(problems).toEqual([]);
    expect(counts).toMatchObject({ lines: 3, taken: 3, changed: 2, unchanged: 1, rows: 4, unusable: 0 });
    for (const sql of history) expect(kept.rows(sql)).toEqual(live.rows(sql));
  });

  it('give nothing new when they are replayed again, and stay where they are', () => {
    const { journal, rows } = newJournal();
    take(journal, first);
    for (const one of later) keep(journal, one);
    replayed(journal);
    const counted = journal.counts();
    expect(replayed(journal).counts).toMatchObject({ lines: 3, taken: 0, already_recorded: 3, rows: 0 });
    expect(journal.counts()).toEqual(counted);
    expect(rows('SELECT count(*) AS n FROM quarantine')).toEqual([{ n: 3 }]);
  });

  it('add only dated prices when something newer was recorded since', () => {
    const { journal, rows } = newJournal();
    take(journal, first);
    const dated = { timestamp: '2026-03-01T02:00:05Z', fluc: 2.2 };
    keep(journal, response('2026-03-01T02:00:10Z', 9, { flucs_with_timestamp: { last_six: [dated] } }));
    take(journal, response('2026-03-01T02:00:40Z', 4));
    expect(replayed(journal).counts).toMatchObject({ taken: 1, rows: 1 });
    expect(replayed(journal).counts).toMatchObject({ taken: 0, already_recorded: 1 });
    const wins = "SELECT odds, basis FROM odds_history WHERE kind = 'fixed_win' ORDER BY source_time";
    expect(rows(wins)).toEqual([
      { odds: 2, basis: 'poll' },
      { odds: 2.2, basis: 'fluctuation' },
      { odds: 4, basis: 'poll' },
    ]);
    expect(rows('SELECT fixed_win FROM entrants')).toEqual([{ fixed_win: 4 }]);
  });

  it('take nothing back that a listing has reported since', () => {
    const { journal, rows } = newJournal();
    take(journal, first);
    keep(journal, later[0] ?? first);
    const at = epochMillis('2026-03-01T03:20:00Z');
    const abandoned = { ...listedRace, status: 'Abandoned' };
    journal.commit(diffListed(journal.baseline(raceId), abandoned, at, at).changes);
    replayed(journal);
    expect(rows('SELECT status FROM races')).toEqual([{ status: 'Abandoned' }]);
    expect(rows("SELECT value FROM race_events WHERE kind = 'status'")).toEqual([{ value: 'Abandoned' }]);
  });

  it('are passed over with a sentence where they are not as the feed served them, or still malformed', () => {
    const { journal } = newJournal();
    take(journal, first);
    const [one = first, two = first, three = first] = later;
    keep(journal, one, JSON.stringify({ ...one, echo: '[redacted]' }));
    keep(journal, two, ' '.repeat(limits.bodyBytes));
    keep(journal, three, '<html>');
    keep(journal, { ...three, data: { ...three.data, race: { ...three.data.race, event_id: 'other' } } });
    keep(
      journal,
      { ...three, header: { generated_time: '2026-03-09T00:00:00Z' } },
      JSON.stringify({
        ...three,
        header: { generated_time: '2027-03-09T00:00:00Z' },
      }),
    );
    journal.quarantine({ raceId: null, receivedAt: 0, reason: 'malformed', body: Buffer.from('{}') });
    const before = journal.counts();
    const { counts, problems } = replayed(journal);
    expect(counts).toMatchObject({ lines: 6, taken: 0, listings: 1, unusable: 5 });
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringContaining('blanked out') as string,
        expect.stringContaining('only its beginning is kept') as string,
        expect.stringContaining('JSON') as string,
        'It is that of another race.',
        expect.stringContaining('is dated 2027') as string,
      ]),
    );
    expect(journal.counts()).toEqual(before);
  });

  it('that still break a rule of the record are reported, and the others are taken', () => {
    const { journal } = newJournal();
    take(journal, first);
    for (const one of later) keep(journal, one);
    vi.spyOn(journal, 'commit').mockImplementationOnce(() => {
      throw new RowError('odds_history.odds cannot hold Infinity: it is real');
    });
    const { counts, problems } = replayed(journal);
    expect(counts).toMatchObject({ lines: 3, taken: 2, unusable: 1 });
    expect(problems).toEqual(['odds_history.odds cannot hold Infinity: it is real']);
  });
});
