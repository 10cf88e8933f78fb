import { rowId } from '../domain/ids.ts';
import type { TableName } from '../domain/tables.ts';
import { timestamp } from '../domain/time.ts';
import { unnumbered } from './changes.ts';
import type { Write } from './changes.ts';
import type { StoredRow } from './rows.ts';

/** A row that a sink refused for good. */
export interface Refused {
  readonly key: string;
  readonly seq: number;
  /** One sentence. */
  readonly reason: string;
  /** As the journal has it. */
  readonly row: StoredRow;
}

const sql =
  'INSERT INTO dead_letters (seq, id, sink, table_name, row_key, row_seq, reason, created_at, row) ' +
  'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ' +
  'ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, reason = excluded.reason, created_at = excluded.created_at';

/**
 * Keeps a refused row; the same row refused again is the same letter.
 * @param now epoch milliseconds
 */
export function deadLetterWrite(sink: string, table: TableName, refused: Refused, now: number): Write {
  const { key, seq, reason, row } = refused;
  const id = rowId(sink, table, key, seq);
  return {
    sql,
    values: [unnumbered, id, sink, table, key, seq, reason, timestamp(now), JSON.stringify(row)],
  };
}
