import type { DatabaseSync } from 'node:sqlite';
import { numberedTables, quoted } from './ddl.ts';
import type { NumberedTable } from './ddl.ts';
import { rowDamage } from './row-faults.ts';
import { sourceOf } from './source.ts';

/** What is wrong in a journal, one line each, as they are found: its pages and indexes first, then its rows. */
export function* damages(db: DatabaseSync): Generator<string, void> {
  yield* structureDamages(db);
  const source = db.prepare("SELECT value FROM meta WHERE key = 'source'").get();
  if (sourceOf(String(source?.value)) === null) yield 'it does not say what it recorded';
  for (const table of numberedTables) yield* rowDamages(db, table);
}

/** Every page is read, and each index compared with its table. */
function* structureDamages(db: DatabaseSync): Generator<string, void> {
  for (const { integrity_check } of db.prepare('PRAGMA integrity_check').all()) {
    if (integrity_check !== 'ok') yield String(integrity_check).split('\n').join(' ');
  }
}

function* rowDamages(db: DatabaseSync, table: NumberedTable): Generator<string, void> {
  for (const row of db.prepare(`SELECT * FROM ${quoted(table)}`).iterate()) {
    const damage = rowDamage(table, row);
    if (damage !== null) yield damage;
  }
}
