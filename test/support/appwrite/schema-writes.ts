import { rowsOf, type Outcome, type Table } from './catalog.ts';
import { sqlType, type ColumnDefinition } from './column-types.ts';
import { storedTime } from './datetime.ts';
import type { IndexDefinition } from './index-rules.ts';
import { stringifyJson } from './json.ts';
import { isDuplicate, quoted, type Store } from './store.ts';

/** When a column or an index will be ready, 0 for at once, and how its making ends. */
export interface Making {
  readonly readyAt: number;
  readonly outcome: Outcome;
}

export const atOnce: Making = { readyAt: 0, outcome: 'available' };

/** Names in SQLite of the columns of a table and of every row. */
const cellName = (key: string): string =>
  quoted(key === '$id' ? '_uid' : key.startsWith('$') ? `_${key.slice(1)}` : key);

const indexName = ({ pk }: Table, key: string): string => quoted(`index_${pk}_${key}`);

export function createRowsTable(store: Store, table: Table): void {
  store.execute(
    `CREATE TABLE ${quoted(rowsOf(table))} (
       _id INTEGER PRIMARY KEY AUTOINCREMENT, _uid TEXT NOT NULL UNIQUE COLLATE NOCASE,
       _createdAt TEXT, _updatedAt TEXT, _permissions TEXT NOT NULL)`,
  );
}

export function addColumn(
  store: Store,
  table: Table,
  definition: ColumnDefinition,
  { readyAt, outcome }: Making,
): void {
  const now = storedTime(Date.now());
  store
    .statement(
      `INSERT INTO columns (tbl, key, definition, created, updated, ready_at, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      table.pk,
      definition.key,
      stringifyJson({ ...definition, elements: listed(definition) }),
      now,
      now,
      readyAt,
      outcome,
    );
  store.execute(
    `ALTER TABLE ${quoted(rowsOf(table))} ADD COLUMN ${quoted(definition.key)} ${sqlType(definition.type)}`,
  );
}

const listed = ({ elements }: ColumnDefinition): string[] | null => (elements ? [...elements] : null);

export function changeColumn(store: Store, table: Table, key: string, definition: ColumnDefinition): void {
  store
    .statement('UPDATE columns SET key = ?, definition = ?, updated = ? WHERE tbl = ? AND key = ?')
    .run(
      definition.key,
      stringifyJson({ ...definition, elements: listed(definition) }),
      storedTime(Date.now()),
      table.pk,
      key,
    );
  if (key === definition.key) return;
  store.execute(
    `ALTER TABLE ${quoted(rowsOf(table))} RENAME COLUMN ${quoted(key)} TO ${quoted(definition.key)}`,
  );
}

export function dropColumn(store: Store, table: Table, key: string): void {
  store.statement('DELETE FROM columns WHERE tbl = ? AND key = ?').run(table.pk, key);
  store.execute(`ALTER TABLE ${quoted(rowsOf(table))} DROP COLUMN ${quoted(key)}`);
}

/** Makes the index of SQLite; false when values that must be unique are not. */
function build(store: Store, table: Table, { key, type, columns }: IndexDefinition): boolean {
  if (type === 'fulltext' || type === 'spatial') return true;
  try {
    store.execute(
      `CREATE ${type === 'unique' ? 'UNIQUE ' : ''}INDEX ${indexName(table, key)}
         ON ${quoted(rowsOf(table))} (${columns.map(cellName).join(', ')})`,
    );
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

export function addIndex(
  store: Store,
  table: Table,
  index: IndexDefinition,
  { readyAt, outcome }: Making,
): void {
  const built = outcome === 'available' && build(store, table, index);
  store
    .statement(
      `INSERT INTO indexes (tbl, key, type, columns, lengths, orders, error, created, ready_at, outcome)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      table.pk,
      index.key,
      index.type,
      JSON.stringify(index.columns),
      JSON.stringify(index.lengths),
      JSON.stringify(index.orders),
      built ? '' : 'Failed to create Index',
      storedTime(Date.now()),
      readyAt,
      built || outcome === 'stuck' ? outcome : 'failed',
    );
}

export function dropIndex(store: Store, table: Table, key: string): void {
  store.execute(`DROP INDEX IF EXISTS ${indexName(table, key)}`);
  store.statement('DELETE FROM indexes WHERE tbl = ? AND key = ?').run(table.pk, key);
}
