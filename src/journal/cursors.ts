import type { TableName } from '../domain/tables.ts';
import type { Write } from './changes.ts';
import { unnumbered } from './changes.ts';
import type { Prepare } from './writer.ts';

/** What a sink follows with one cursor: a table, or those of its rows that are of some kinds. */
export interface Followable {
  readonly table: TableName;
  /** Values of the column `kind`; null: all rows. */
  readonly kinds: readonly string[] | null;
}

/** Meta key under which a sink names the cursors that it moves. */
export function sinkMetaKey(sink: string): string {
  return `sink:${sink}`;
}

/** The name of a part's cursor: `races`, `odds_history:fixed_win+pool_win`. */
export function cursorName({ table, kinds }: Followable): string {
  return kinds === null ? table : `${table}:${kinds.toSorted().join('+')}`;
}

/** The part that a cursor's name stands for. */
export function followable(name: string): Followable {
  const [table = '', kinds] = name.split(':');
  return { table: table as TableName, kinds: kinds === undefined ? null : kinds.split('+') };
}

/**
 * The number up to which a sink has a part. A part that it did not follow before has what a wider one had: its
 * own rows were among those.
 */
export function readCursor(prepare: Prepare, sink: string, part: Followable): number {
  const sql = 'SELECT seq FROM cursors WHERE sink = ? AND table_name = ?';
  const own = prepare(sql).get(sink, cursorName(part));
  if (own !== undefined) return Number(own.seq);
  const all = prepare('SELECT table_name, seq FROM cursors WHERE sink = ?').all(sink);
  return all
    .filter(({ table_name }) => contains(followable(String(table_name)), part))
    .reduce((newest, { seq }) => Math.max(newest, Number(seq)), 0);
}

function contains(wider: Followable, part: Followable): boolean {
  if (wider.table !== part.table) return false;
  return wider.kinds === null || (part.kinds?.every((kind) => wider.kinds?.includes(kind)) ?? false);
}

/** Its first parameter is the number that every write takes, and that a cursor has no use for. */
export function cursorWrite(sink: string, part: Followable, seq: number): Write {
  const sql =
    'INSERT INTO cursors (sink, table_name, seq) SELECT ?2, ?3, ?4 WHERE ?1 IS NOT NULL ' +
    'ON CONFLICT (sink, table_name) DO UPDATE SET seq = excluded.seq';
  return { sql, values: [unnumbered, sink, cursorName(part), seq] };
}
