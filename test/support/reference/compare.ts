import { DatabaseSync } from 'node:sqlite';
import { formDifferences } from './compare-form.ts';
import { tableDifferences, type Checked } from './compare-table.ts';
import type { Expected } from './rows.ts';

const TABLES: (Checked & { table: Exclude<keyof Expected, 'form'> })[] = [
  { table: 'meetings', key: 'meeting_id' },
  { table: 'races', key: 'race_id' },
  { table: 'entrants', key: 'entrant_id' },
  { table: 'odds_history', key: 'id' },
  { table: 'money_flow_history', key: 'id' },
  { table: 'pool_history', key: 'id' },
  { table: 'race_events', key: 'id' },
  { table: 'race_results', key: 'id', json: ['placings', 'dividends'] },
  { table: 'gaps', key: 'id' },
  { table: 'bets', key: null },
];

/** Every difference between the expected rows and those of a journal, a line each; none when they agree. */
export function compareWithJournal(expected: Expected, dbFile: string): string[] {
  const db = new DatabaseSync(dbFile, { readOnly: true });
  try {
    return [
      ...TABLES.flatMap((checked) => tableDifferences(db, checked, expected[checked.table])),
      ...formDifferences(db, expected.form),
    ];
  } finally {
    db.close();
  }
}
