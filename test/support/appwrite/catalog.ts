import type { ColumnDefinition } from './column-types.ts';
import { storedTime } from './datetime.ts';
import { Refusal } from './errors.ts';
import { parseJson } from './json.ts';
import type { Store } from './store.ts';

/** What the server knows of databases, tables, columns and indexes. */

type Cell = null | number | bigint | string | Uint8Array;
type Cells = Record<string, Cell>;

export interface Database {
  readonly pk: number;
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly created: string;
  readonly updated: string;
}

export interface Table {
  readonly pk: number;
  /** Counts the tables of its database. */
  readonly seq: number;
  readonly databasePk: number;
  readonly databaseId: string;
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly rowSecurity: boolean;
  readonly permissions: readonly string[];
  readonly created: string;
  readonly updated: string;
}

/** How the making of a column or an index ends. */
export type Outcome = 'available' | 'failed' | 'stuck';
export type Status = Outcome | 'processing';

export interface Column extends ColumnDefinition {
  readonly status: Status;
  readonly created: string;
  readonly updated: string;
}

export interface Index {
  /** `<database>_<table>_<key>`, by their numbers. */
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly columns: readonly string[];
  readonly lengths: readonly number[];
  readonly orders: readonly string[];
  readonly error: string;
  readonly status: Status;
  readonly created: string;
  readonly updated: string;
}

const text = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '');
const number = (cell: Cell | undefined): number => Number(cell);
const flag = (cell: Cell | undefined): boolean => Number(cell) === 1;

function databaseOf(cells: Cells): Database {
  return {
    pk: number(cells.pk),
    id: text(cells.id),
    name: text(cells.name),
    enabled: flag(cells.enabled),
    created: text(cells.created),
    updated: text(cells.updated),
  };
}

function tableOf(cells: Cells): Table {
  return {
    pk: number(cells.pk),
    seq: number(cells.seq),
    databasePk: number(cells.database),
    databaseId: text(cells.database_id),
    id: text(cells.id),
    name: text(cells.name),
    enabled: flag(cells.enabled),
    rowSecurity: flag(cells.row_security),
    permissions: JSON.parse(text(cells.permissions)) as string[],
    created: text(cells.created),
    updated: text(cells.updated),
  };
}

/** Its state now: a thing in the making is ready at a time set when it was asked for. */
function progress(cells: Cells, now: number): { status: Status; ready: string } {
  const readyAt = number(cells.ready_at);
  if (readyAt === 0) return { status: text(cells.outcome) as Outcome, ready: text(cells.created) };
  return now < readyAt
    ? { status: 'processing', ready: text(cells.created) }
    : { status: text(cells.outcome) as Outcome, ready: storedTime(readyAt) };
}

const allTables = 'SELECT t.*, d.id AS database_id FROM tables t JOIN databases d ON d.pk = t.database';

export function listDatabases(store: Store): Database[] {
  return store.statement('SELECT * FROM databases ORDER BY pk').all().map(databaseOf);
}

/** Refuses with 404 when it is not there. */
export function findDatabase(store: Store, id: string): Database {
  const cells = store.statement('SELECT * FROM databases WHERE id = ?').get(id);
  if (!cells) throw new Refusal('database_not_found', id);
  return databaseOf(cells);
}

export function listTables(store: Store, database?: Database): Table[] {
  return database
    ? store.statement(`${allTables} WHERE t.database = ? ORDER BY t.pk`).all(database.pk).map(tableOf)
    : store.statement(`${allTables} ORDER BY t.pk`).all().map(tableOf);
}

/** Refuses with 404 when the database or the table is not there. */
export function findTable(store: Store, databaseId: string, id: string): Table {
  const database = findDatabase(store, databaseId);
  const cells = store.statement(`${allTables} WHERE t.database = ? AND t.id = ?`).get(database.pk, id);
  if (!cells) throw new Refusal('table_not_found', id);
  return tableOf(cells);
}

export function listColumns(store: Store, table: Table, now = Date.now()): Column[] {
  const found = store.statement('SELECT * FROM columns WHERE tbl = ? ORDER BY pk').all(table.pk);
  return found.map((cells) => {
    const definition = parseJson(text(cells.definition)) as unknown as ColumnDefinition;
    const { status, ready } = progress(cells, now);
    const created = text(cells.created);
    const updated = text(cells.updated);
    return { ...definition, status, created, updated: updated > ready ? updated : ready };
  });
}

export function listIndexes(store: Store, table: Table, now = Date.now()): Index[] {
  const found = store.statement('SELECT * FROM indexes WHERE tbl = ? ORDER BY pk').all(table.pk);
  return found.map((cells) => {
    const { status, ready } = progress(cells, now);
    const key = text(cells.key);
    return {
      id: `${table.databasePk}_${table.seq}_${key}`,
      key,
      type: text(cells.type),
      columns: JSON.parse(text(cells.columns)) as string[],
      lengths: JSON.parse(text(cells.lengths)) as number[],
      orders: JSON.parse(text(cells.orders)) as string[],
      error: status === 'failed' ? text(cells.error) : '',
      status,
      created: text(cells.created),
      updated: ready,
    };
  });
}

/** The table of SQLite that holds the rows of a table. */
export function rowsOf(table: Table): string {
  return `rows_${table.pk}`;
}
