import type { DatabaseSync } from 'node:sqlite';
import { tables } from '../../domain/tables.ts';
import { numberedTables, quoted } from './ddl.ts';
import type { NumberedTable } from './ddl.ts';
import { rowFault } from './row-faults.ts';
import { sourceOf } from './source.ts';

/** What is wrong in a journal, one line each, as they are found: its pages and indexes first, then its rows. */
export function* damages(db: DatabaseSync): Generator<string, void> {
  yield* structureDamages(db);
  const source = db.prepare("SELECT value FROM meta WHERE key = 'source'").get();
  if (sourceOf(String(source?.value)) === null) yield 'it does not say what it recorded';
  for (const table of numberedTables) yield* rowDamages(db, table, false);
}

/** The same of what the recorder goes on from: the rows of races that are not settled. */
export function* liveDamages(db: DatabaseSync): Generator<string, void> {
  for (const table of Object.values(tables)) {
    if ('race_id' in table.columns) yield* rowDamages(db, table.name as NumberedTable, true);
  }
}

/** Every page is read, and each index compared with its table. */
function* structureDamages(db: DatabaseSync): Generator<string, void> {
  for (const { integrity_check } of db.prepare('PRAGMA integrity_check').all()) {
    if (integrity_check !== 'ok') yield String(integrity_check).split('\n').join(' ');
  }
}

const live = 'WHERE race_id IN (SELECT race_id FROM races WHERE settled_at IS NULL)';

function* rowDamages(db: DatabaseSync, table: NumberedTable, onlyLive: boolean): Generator<string, void> {
  const where = onlyLive ? live : '';
  for (const row of db.prepare(`SELECT * FROM ${quoted(table)} ${where}`).iterate()) {
    const fault = rowFault(table, row);
    if (fault !== null) yield `a row of ${table} is not as it was written: ${fault}`;
  }
}
