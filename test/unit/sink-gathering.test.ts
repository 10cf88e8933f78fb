import { describe, expect, it } from 'vitest';
import type { TableName } from '../../src/domain/tables.ts';
import { Gathering } from '../../src/sinks/appwrite/gathering.ts';
import { patience } from '../../src/sinks/appwrite/patience.ts';
import type { StoredRow } from '../../src/journal/rows.ts';
import { storedRow } from '../support/sink-memory.ts';

const linger = 30_000;
const start = 10_000_000;
const running = { start, ended: null };
const minute = 60_000;

describe('patience', () => {
  it.each<[TableName, string, number, number | null, number]>([
    ['odds_history', 'an hour before', -60, null, 300_000],
    ['odds_history', 'three minutes and a moment before', -3.001, null, 300_000],
    ['odds_history', 'three minutes before', -3, null, linger],
    ['entrants', 'two minutes before', -2, null, linger],
    ['races', 'a late jump', 12, null, linger],
    ['race_results', 'the moment it ended', 8, 8, linger],
    ['race_results', 'a linger after it ended', 8.5, 8, linger],
    ['race_results', 'two minutes after it ended', 10, 8, 300_000],
    ['money_flow_history', 'an hour before', -60, null, 300_000],
    ['money_flow_history', 'two minutes before', -2, null, 120_000],
    ['pool_history', 'two minutes before', -2, null, 120_000],
    ['bets', 'two minutes before', -2, null, 120_000],
    ['form', 'two minutes before', -2, null, 300_000],
    ['gaps', 'two minutes before', -2, null, 300_000],
  ])('of %s, %s', (table, _, minutes, ended, expected) => {
    const race = { start, ended: ended === null ? null : start + ended * minute };
    expect(patience(table, race, start + minutes * minute, linger)).toBe(expected);
  });

  it('of a row of no race is that of one far from its jump', () => {
    expect(patience('imports', null, start, linger)).toBe(300_000);
  });

  it.each([
    [1_000, 1_000, 4_000, 10_000],
    [60_000, 60_000, 240_000, 300_000],
    [600_000, 600_000, 600_000, 600_000],
  ])('goes by a linger of %d ms, and is five minutes at the most', (ms, shown, drawn, others) => {
    expect(patience('entrants', running, start, ms)).toBe(shown);
    expect(patience('bets', running, start, ms)).toBe(drawn);
    expect(patience('entrants', running, start - 3_600_000, ms)).toBe(others);
  });
});

const far = start - 3_600_000;

function gathering(table: TableName): Gathering {
  const made = new Gathering(table, linger, (race) => (race === 'r' ? running : null));
  // What stands there at the start does not wait.
  made.sent([]);
  return made;
}

const page = (table: TableName, ...seqs: number[]): { rows: StoredRow[]; more: boolean } => ({
  rows: seqs.map((seq) => storedRow(table, seq, { race_id: 'r' })),
  more: false,
});

describe('gathering', () => {
  it('has what stands there at the start go at once', () => {
    const made = new Gathering('bets', linger, () => running);
    expect(made.goes(page('bets'), far)).toBe(true);
    expect(made.goes(page('bets', 1), far)).toBe(true);
  });

  it('has a page that fills a request go at once', () => {
    expect(gathering('bets').goes({ ...page('bets', 1, 2), more: true }, far)).toBe(true);
  });

  it('has fewer rows wait, and go a look before they have waited too long', () => {
    const made = gathering('odds_history');
    const looks = Array.from({ length: 12 }, (_, look) => {
      const goes = made.goes(page('odds_history', 1), far + look * linger);
      if (goes) made.sent(page('odds_history', 1).rows);
      return goes;
    });
    // Written up to a linger before the first look: the tenth one is five minutes after that at the most.
    expect(looks.indexOf(true)).toBe(9);
    expect(looks.slice(10)).toEqual([false, false]);
  });

  it('has a row that is written again and again go as early as one that is not', () => {
    const made = gathering('odds_history');
    const looks = Array.from({ length: 10 }, (_, look) =>
      made.goes(page('odds_history', look + 1), far + look * linger),
    );
    expect(looks.indexOf(true)).toBe(9);
  });

  it('has all rows go with the one that has the least patience', () => {
    const made = new Gathering('odds_history', linger, (race) => ({
      start: race === 'near' ? far : start,
      ended: null,
    }));
    made.sent([]);
    const [one] = page('odds_history', 1).rows;
    if (!one) throw new Error('There is a row.');
    const near = storedRow('odds_history', 2, { race_id: 'near' });
    expect(made.goes({ rows: [one], more: false }, far)).toBe(false);
    expect(made.goes({ rows: [one, near], more: false }, far + linger)).toBe(true);
  });

  it.each<[TableName, boolean]>([
    ['meetings', true],
    ['races', true],
    ['entrants', true],
    ['form', false],
    ['odds_history', false],
  ])('does not wait with a new row of %s: %s', (table, expected) => {
    const made = gathering(table);
    expect(made.goes(page(table, 1), far)).toBe(expected);
    made.sent(page(table, 1).rows);
    expect(made.goes(page(table, 1), far)).toBe(false);
  });

  it('has rows go that are to be sent again', () => {
    const made = gathering('entrants');
    made.sent(page('entrants', 1).rows);
    made.hurry();
    expect(made.goes(page('entrants', 1), far)).toBe(true);
  });
});
