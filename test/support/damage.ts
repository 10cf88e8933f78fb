import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The rows that a statement gives; it may change the journal too. */
export function query(file: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(file);
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

/** The ids of a history table, in their order. */
export const ids = (file: string, table: string): unknown[] =>
  query(file, `SELECT id FROM ${table} ORDER BY id`).map(({ id }) => id);

/** Overwrites the page in the middle of a table. */
export function loseAPage(file: string, table: string): void {
  const rows = query(file, `SELECT id FROM ${table} ORDER BY seq`);
  const middle = Buffer.from(String(rows[Math.floor(rows.length / 2)]?.id));
  const bytes = readFileSync(file);
  // The row itself is on a page of its table, its id alone in the index: the page's first byte tells which it is.
  for (let at = bytes.indexOf(middle); at >= 0; at = bytes.indexOf(middle, at + 1)) {
    const page = Math.floor(at / 4_096) * 4_096;
    if (bytes[page] === 0x0d) bytes.fill(0xab, page, page + 4_096);
  }
  writeFileSync(file, bytes);
}
