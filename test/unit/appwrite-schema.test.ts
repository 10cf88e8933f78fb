import { describe, expect, it } from 'vitest';
import { appwriteTable, camelCase, deliveryOrder } from '../../src/sinks/appwrite/appwrite-tables.ts';
import type { AppwriteColumn } from '../../src/sinks/appwrite/appwrite-tables.ts';
import { tables } from '../../src/domain/tables.ts';
import { allTables, parseSelection } from '../../src/sinks/appwrite/selection.ts';

const all = deliveryOrder.map(appwriteTable);

/** Bytes of a row as the server reckons them. */
function width({ type, size }: AppwriteColumn): number {
  if (size === null) return type === 'boolean' ? 1 : 8;
  if (size > 16_381) return 20;
  return 4 * size + (size > 255 ? 2 : 1);
}

describe('the Appwrite schema', () => {
  it('has every table of the journal, parents before children', () => {
    expect(deliveryOrder.toSorted()).toEqual(Object.keys(tables).toSorted());
    const place = (table: (typeof deliveryOrder)[number]): number => deliveryOrder.indexOf(table);
    expect(place('meetings')).toBeLessThan(place('races'));
    expect(place('races')).toBeLessThan(place('entrants'));
    for (const table of deliveryOrder.slice(4)) expect(tables[table].kind).not.toBe('current');
  });

  it('shows tables and columns as front ends name them', () => {
    expect(all.map(({ name }) => name)).toEqual([
      ...['Meetings', 'Races', 'Entrants', 'Form', 'OddsHistory', 'MoneyFlowHistory', 'PoolHistory'],
      ...['Bets', 'RaceEvents', 'RaceResults', 'Gaps', 'Imports', 'Polls'],
    ]);
    expect(camelCase('silk_url_64x64')).toBe('silkUrl64x64');
    const keys = all.flatMap(({ columns }) => columns.map(({ key }) => key));
    for (const key of keys) expect(key).toMatch(/^[a-z][A-Za-z0-9]{0,35}$/);
  });

  it.each(all)('gives $id a row that fits, with the sequence and every column but the id', (table) => {
    expect(1067 + table.columns.reduce((sum, column) => sum + width(column), 0)).toBeLessThan(65_535);
    expect(table.columns.filter(({ required }) => required).map(({ key }) => key)).toEqual(['seq']);
    expect(table.columns[0]).toMatchObject({ key: 'seq', type: 'bigint' });
    const own = Object.keys(tables[table.id].columns).filter((name) => name !== 'id');
    expect(table.columns.slice(1).map(({ column }) => column)).toEqual(own);
  });

  it.each(all)('indexes $id within the limit', ({ columns, indexes }) => {
    for (const index of indexes) {
      expect(index.key.length).toBeLessThanOrEqual(36);
      const lengths = index.columns.map((key) => columns.find((column) => column.key === key)?.size ?? 2);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(768);
    }
  });
});

describe('APPWRITE_TABLES', () => {
  const names = (text: string): unknown => {
    const parsed = parseSelection(text);
    return 'selection' in parsed
      ? parsed.selection.map(({ table, kinds }) => (kinds === null ? table.id : [table.id, ...kinds]))
      : parsed.problems;
  };

  it('takes everything but polls when it is not set', () => {
    expect(allTables().map(({ table }) => table.id)).toEqual(deliveryOrder.filter((id) => id !== 'polls'));
  });

  it.each([
    ['races', ['races']],
    ['bets, meetings', ['meetings', 'bets']],
    ['polls', ['polls']],
    ['odds_history:fixed_win', [['odds_history', 'fixed_win']]],
    ['odds_history:pool_win,fixed_win,bets', [['odds_history', 'fixed_win', 'pool_win'], 'bets']],
    ['odds_history:fixed_win odds_history:pool_win', [['odds_history', 'fixed_win', 'pool_win']]],
    ['odds_history:fixed_win,fixed_place,pool_win,pool_place', ['odds_history']],
    ['odds_history', ['odds_history']],
  ])('reads %s', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it.each([
    ['odds', /^"odds" is neither one of meetings, /],
    ['races:fixed_win', /^"races:fixed_win" is neither/],
    ['odds_history:win', /^"odds_history:win" is neither .*, one of fixed_win, fixed_place/],
    ['fixed_win', /^"fixed_win" is neither/],
    [' , ', /^no table is named\.$/],
  ])('refuses %s', (text, expected) => {
    expect(names(text)).toEqual([expect.stringMatching(expected)]);
  });
});
