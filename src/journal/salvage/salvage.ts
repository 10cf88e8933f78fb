import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';
import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import { createStatements, journalTables, numberedTables } from '../ddl.ts';
import type { NumberedTable } from '../ddl.ts';
import { rowFault } from '../row-faults.ts';
import type { StoredRow } from '../rows.ts';
import type { Pages } from './pages.ts';
import { isLeaf, leafRows, readTree } from './tree.ts';
import type { FoundRow } from './tree.ts';

/** The tables that hold no numbered rows. */
export type SmallTable = 'meta' | 'cursors';

/** What is found in a damaged journal, one after the other. */
export type Found =
  | { readonly kind: 'row'; readonly table: NumberedTable | SmallTable; readonly row: StoredRow }
  | (Loss & { readonly kind: 'loss' });

/** Rows that are lost: those of a table with a `seq` over `after`, up to `upTo`. */
export interface Loss {
  readonly table: NumberedTable | SmallTable;
  readonly after: number;
  /** Infinity at the end of a table, and where rows do not lie in the order of their numbers. */
  readonly upTo: number;
  /** The race that the lost row says it is of; null when that is not known. */
  readonly raceId: string | null;
  /** `page`: whatever was on it; `row`: one that is not as it was written. */
  readonly lost: 'page' | 'row';
}

/** Reads every row that is as it was written, table by table, and tells of the others. */
export function* salvage(pages: Pages): Generator<Found, void> {
  const visited = new Set<number>();
  const roots = readRoots(pages, visited);
  let whole = true;
  for (const [table, root] of roots) {
    for (const found of readTree(pages, root, visited, isHistory(table))) {
      if (found.kind === 'row') {
        yield judged(table, found);
        continue;
      }
      whole &&= !found.page;
      yield {
        kind: 'loss',
        table,
        after: isHistory(table) ? found.after : 0,
        upTo: isHistory(table) ? found.upTo : Infinity,
        raceId: null,
        lost: found.page ? 'page' : 'row',
      };
    }
  }
  // What a broken page pointed to is still there.
  if (!whole) yield* strays(pages, visited);
}

function isHistory(table: NumberedTable | SmallTable): boolean {
  return table in tables && tables[table as TableName].kind === 'history';
}

function judged(table: NumberedTable | SmallTable, found: FoundRow): Found {
  const row = rowOf(table, found);
  if (row !== null && faultOf(table, row) === null) return { kind: 'row', table, row };
  const dense = isHistory(table);
  const raceId = row === null || typeof row.race_id !== 'string' ? null : row.race_id;
  return {
    kind: 'loss',
    table,
    after: dense ? found.rowid - 1 : 0,
    upTo: dense ? found.rowid : Infinity,
    raceId,
    lost: 'row',
  };
}

function faultOf(table: NumberedTable | SmallTable, row: StoredRow): string | null {
  if (table === 'meta')
    return typeof row.key === 'string' && typeof row.value === 'string' ? null : 'no text';
  if (table !== 'cursors') return rowFault(table, row);
  const [name = ''] = String(row.table_name).split(':');
  const isCursor = typeof row.sink === 'string' && name in tables && Number.isSafeInteger(row.seq);
  return isCursor ? null : 'no cursor';
}

const smallColumns = { meta: ['key', 'value'], cursors: ['sink', 'table_name', 'seq'] } as const;
const ownColumns = {
  quarantine: ['id', 'seq', 'race_id', 'received_at', 'reason', 'body'],
  dead_letters: ['id', 'seq', 'sink', 'table_name', 'row_key', 'row_seq', 'reason', 'created_at', 'row'],
} as const;

/** A table's columns in the order in which its rows hold them. */
export function columnsOf(table: NumberedTable | SmallTable): readonly string[] {
  if (table === 'meta' || table === 'cursors') return smallColumns[table];
  if (table === 'quarantine' || table === 'dead_letters') return ownColumns[table];
  return ['seq', ...Object.keys(tables[table].columns)];
}

/** The row of a table that some values are; null when it has another number of columns. */
function rowOf(table: NumberedTable | SmallTable, { rowid, values }: FoundRow): StoredRow | null {
  const columns = columnsOf(table);
  if (values.length !== columns.length) return null;
  const row: StoredRow = {};
  columns.forEach((column, index) => (row[column] = values[index] as SQLOutputValue));
  // Such a table's number is the rowid itself, and the row holds nothing in its place.
  if (isHistory(table)) row.seq = rowid;
  return row;
}

/** The first page of each table: as the file says, and where it does not, as in every new journal. */
function readRoots(pages: Pages, visited: Set<number>): Map<NumberedTable | SmallTable, number> {
  const roots = freshRoots();
  for (const found of readTree(pages, 1, visited, false)) {
    if (found.kind !== 'row') continue;
    const [type, name, , root] = found.values;
    if (type === 'table' && typeof root === 'number' && isTable(name)) roots.set(name, root);
  }
  return roots;
}

function isTable(name: unknown): name is NumberedTable | SmallTable {
  return typeof name === 'string' && journalTables.includes(name);
}

function freshRoots(): Map<NumberedTable | SmallTable, number> {
  const db = new DatabaseSync(':memory:');
  try {
    for (const statement of createStatements()) db.exec(statement);
    const rows = db.prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").all();
    return new Map(
      rows.flatMap(({ name, rootpage }) => (isTable(name) ? [[name, Number(rootpage)] as const] : [])),
    );
  } finally {
    db.close();
  }
}

/** Rows on pages that no tree leads to. The ids and shapes of rows tell of which table they are. */
function* strays(pages: Pages, visited: ReadonlySet<number>): Generator<Found, void> {
  const all = [...numberedTables, 'meta', 'cursors'] as const;
  for (let page = 2; page <= pages.count; page++) {
    const bytes = visited.has(page) ? null : pages.read(page);
    if (bytes === null || !isLeaf(bytes, page)) continue;
    for (const found of leafRows(pages, bytes, page)) {
      for (const table of all) {
        const row = isStray(table, found) ? rowOf(table, found) : null;
        if (row === null || faultOf(table, row) !== null) continue;
        yield { kind: 'row', table, row };
        break;
      }
    }
  }
}

/** Rows with a rowid are of numbered tables; the number of a history row stands nowhere else. */
function isStray(table: NumberedTable | SmallTable, { rowid, values }: FoundRow): boolean {
  if (rowid === 0) return table === 'meta' || table === 'cursors';
  return table !== 'meta' && table !== 'cursors' && isHistory(table) === (values[0] === null);
}
