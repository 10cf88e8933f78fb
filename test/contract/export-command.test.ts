import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError, UsageError } from '../../src/app/errors.ts';
import { exportCommand } from '../../src/cli/export.ts';
import type { ExportCommandOptions } from '../../src/cli/export.ts';
import { logEvents } from '../../src/domain/log-events.ts';
import type { Change, MeetingRow, RaceRow, TableName } from '../../src/domain/tables.ts';
import { chunksOf } from '../../src/sinks/files/chunks.ts';
import { openExported } from '../../src/sinks/files/journal.ts';
import { nzDay } from '../../src/sinks/files/nz-day.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { oddstream, root, temporaryDirectory } from '../support/process.ts';
import type { Ended } from '../support/process.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const db = file('journal.db');
let recorder: Journal;

const at = '2026-02-28T00:00:00.000Z';

const noMeeting = {
  ...{ country: 'NZ', state: null, category: 'T', track_condition: null, weather: null },
  ...{ status: null, tote_meeting_number: null, source_time: at, raw_extra: null },
};

function meeting(id: string, date: string | null): Change {
  const row: MeetingRow = { ...noMeeting, meeting_id: id, name: id, date };
  return { table: 'meetings', row };
}

function race(id: string, meeting_id: string, advertised_start: string): Change {
  const row: RaceRow = {
    ...{ race_id: id, meeting_id, race_number: 1, name: id, status: 'Open', advertised_start },
    ...{ tote_start_time: null, actual_start: null, distance: 1200, country: 'NZ', state: null, type: 'T' },
    ...{ track_condition: null, track_direction: null, track_surface: null, weather: null },
    ...{ rail_position: null, field_size: 8, entrant_count: 8, positions_paid: 3, group: null, class: null },
    ...{ start_type: null, comment: null, silk_url: null, prize_monies: null, protest: null },
    ...{ protest_reason: null, ended_at: null, settled_at: null, source_time: at, raw_extra: null },
  };
  return { table: 'races', row };
}

function price(race_id: string, odds: number | null): Change {
  const id = `${race_id}-${odds}`;
  const times = { source_time: at, observed_at: at, basis: 'poll', seconds_to_start: 60 };
  const row = {
    id,
    race_id,
    entrant_id: `${race_id}-e`,
    kind: 'fixed_win',
    odds,
    previous_odds: null,
    ...times,
  };
  return { table: 'odds_history', row };
}

beforeAll(() => {
  // It stays open: an export works beside a recorder.
  recorder = openJournal(db, { source: { kind: 'recording' }, now: Date.now });
  recorder.commit([
    meeting('listed', '2026-02-28'),
    meeting('unlisted', null),
    meeting('other', '2026-03-01'),
    // After NZ midnight, but of a meeting of the day before.
    race('late', 'listed', '2026-02-28T11:30:00.000Z'),
    race('early', 'unlisted', '2026-02-27T11:00:00.000Z'),
    race('next', 'unlisted', '2026-02-28T11:00:00.000Z'),
    race('orphan', 'unheard of', '2026-02-28T10:59:59.999Z'),
    race('else', 'other', '2026-03-01T03:00:00.000Z'),
    ...['late', 'early', 'next', 'orphan', 'else'].flatMap((id) => [price(id, 2.5), price(id, null)]),
  ]);
});

afterAll(() => {
  recorder.close();
  directory.remove();
});

function run(args: readonly string[]): Promise<Ended> {
  return oddstream(['export', '--db', db, ...args], { cwd: directory.path });
}

function expectSentence(
  { code, stderr }: Pick<Ended, 'code' | 'stderr'>,
  expected: number,
  sentence: RegExp,
): void {
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(expected);
}

type Options = Partial<ExportCommandOptions>;

/** What the command refuses, in this process: with which exit code, and with which words. */
async function refusal(name: string, options: Options = {}): Promise<{ code: 1 | 2; stderr: string }> {
  const all = { db, format: 'csv', table: 'races', logLevel: 'silent', ...options } as const;
  try {
    await exportCommand(file(name), all);
  } catch (error) {
    if (error instanceof UsageError) return { code: 2, stderr: error.message };
    if (error instanceof CommandError || error instanceof JournalError)
      return { code: 1, stderr: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

/** A column of the rows that are selected. */
function column(name: string, table: TableName, filter: { date?: string; race?: string }): unknown[] {
  const day = filter.date === undefined ? null : nzDay(filter.date);
  const journal = openExported(db);
  const chunks = [...chunksOf(journal, { table, day, raceId: filter.race ?? null }, { format: 'ndjson' })];
  journal.close();
  const lines = Buffer.concat(chunks.map(({ bytes }) => bytes))
    .toString()
    .split('\n')
    .slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as Record<string, unknown>)[name]);
}

describe('oddstream export', () => {
  it('writes a file and tells it in one line of the log', async () => {
    const ended = await run(['--format', 'csv', '--table', 'odds_history', 'odds.csv']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { level, time, event, ...fields } = JSON.parse(ended.stdout) as Record<string, unknown>;
    expect({ level, event }).toEqual({ level: 'info', event: 'export.finished' });
    expect(time).toMatch(/Z$/);
    const text = readFileSync(file('odds.csv'), 'utf8');
    expect(logEvents['export.finished'].parse(fields)).toMatchObject({
      ...{ table: 'odds_history', format: 'csv', rows: 10, file: file('odds.csv'), bytes: text.length },
    });
    expect(text.split('\r\n')).toHaveLength(12);
    expect(readdirSync(directory.path)).not.toContain('odds.csv.part');
  });

  it('leaves standard output to the rows when that is where they go', async () => {
    const { code, stdout, stderr } = await run(['--format', 'csv', '--table', 'races', '-']);
    expect(code).toBe(0);
    expect(stdout.split('\r\n')).toHaveLength(7);
    expect(stdout).toMatch(/^seq,race_id,/);
    expect(JSON.parse(stderr)).toMatchObject({ event: 'export.finished', rows: 5, file: '-' });
  });
});

describe('--date and --race', () => {
  it('take the date of the meeting and, where it has none, that of the start', () => {
    const date = '2026-02-28';
    const races = ['late', 'early', 'orphan'];
    expect(column('race_id', 'races', { date })).toEqual(races);
    expect(column('race_id', 'odds_history', { date })).toEqual(races.flatMap((id) => [id, id]));
    expect(column('meeting_id', 'meetings', { date })).toEqual(['listed', 'unlisted']);
  });

  it('take one race, with its meeting', () => {
    expect(column('odds', 'odds_history', { race: 'next' })).toEqual([2.5, null]);
    expect(column('meeting_id', 'meetings', { race: 'next' })).toEqual(['unlisted']);
    expect(column('race_id', 'races', { race: 'next', date: '2026-02-28' })).toEqual([]);
  });

  it.each<[Options, RegExp]>([
    [{ date: '2026-02-26' }, /no race of 2026-02-26; it holds 2026-03-01, 2026-02-28\.$/],
    [{ race: 'nobody' }, /holds no race nobody/],
    [{ date: '2026-02-30' }, /not in the calendar/],
    [{ table: 'imports', date: '2026-02-28' }, /--date cannot be given for imports/],
    [{ table: 'imports', race: 'late' }, /--race cannot be given for imports/],
  ])('%j is refused with exit code 2', async (options, sentence) => {
    expectSentence(await refusal('refused.csv', options), 2, sentence);
    expect(existsSync(file('refused.csv'))).toBe(false);
  });

  it.each([
    [
      ['--table', 'runners', '--format', 'csv', 'x.csv'],
      /Allowed choices are meetings, races, entrants, odds_history/,
    ],
    [['--table', 'races', '--format', 'xlsx', 'x.csv'], /Allowed choices are csv, ndjson, parquet/],
    [['--table', 'races', '--format', 'parquet', '-'], /parquet cannot be written to standard output/],
  ])('%j is refused with exit code 2 and the choices', async (args, sentence) => {
    expectSentence(await run(args), 2, sentence);
  });
});

describe('a place that cannot be written', () => {
  const force = { force: true } as const;

  it('is told before anything is written: a file that is there', async () => {
    writeFileSync(file('there.csv'), 'mine');
    expectSentence(await refusal('there.csv'), 1, /is there already; .* --force/);
    expect(readFileSync(file('there.csv'), 'utf8')).toBe('mine');
  });

  it('is told: what a killed export left', async () => {
    writeFileSync(file('killed.csv.part'), 'half');
    expectSentence(await refusal('killed.csv'), 1, /killed\.csv\.part is there already/);
    expect(readFileSync(file('killed.csv.part'), 'utf8')).toBe('half');
  });

  it('is written with --force, through a symbolic link too', async () => {
    writeFileSync(file('target.csv'), 'old');
    writeFileSync(file('target.csv.part'), 'half');
    symlinkSync('target.csv', file('link.csv'));
    const { code } = await run(['--format', 'csv', '--table', 'races', '--force', 'link.csv']);
    expect(code).toBe(0);
    expect(readFileSync(file('target.csv'), 'utf8')).toMatch(/^seq,race_id/);
    expect(existsSync(file('target.csv.part'))).toBe(false);
  });

  it.each([
    ['a directory', 'folder', /is a directory/],
    ['no directory', 'nowhere/races.csv', /cannot be written \(there is no such place\)/],
    ['a file as a directory', 'journal.db/races.csv', /not a directory/],
    ['a device', 'null', /not a regular file/],
    ['the journal itself', 'journal.db', /belongs to the journal/],
    ['its log', 'journal.db-wal', /belongs to the journal/],
  ])('is told: %s', async (_what, name, sentence) => {
    if (name === 'folder') mkdirSync(file(name));
    if (name === 'null') symlinkSync('/dev/null', file(name));
    expectSentence(await refusal(name, force), 1, sentence);
  });

  it('is told: no journal', async () => {
    expectSentence(await refusal('none.csv', { db: file('none.db') }), 1, /there is no journal .*none\.db/);
  });

  it.each([
    ['a disk', 'ulimit -f 0; trap "" XFSZ;', 'full.csv', /full\.csv\.part cannot be written \(EFBIG\)/],
    ['standard output', 'exec >/dev/full;', '-', /standard output cannot be written \(the disk is full\)/],
  ])('is told, and nothing is left: %s that is full', (_what, before, name, sentence) => {
    const options = ['--db', db, '--log-level', 'silent', '--format', 'csv', '--table', 'races'];
    const command = [process.execPath, join(root, 'bin/oddstream.js'), 'export', ...options, name];
    const shell = ['-c', `${before} exec "$0" "$@"`, ...command];
    const { status: code, stderr } = spawnSync('bash', shell, { cwd: directory.path, encoding: 'utf8' });
    expectSentence({ code, stderr }, 1, sentence);
    expect(readdirSync(directory.path).filter((found) => found.startsWith('full'))).toEqual([]);
  });
});
