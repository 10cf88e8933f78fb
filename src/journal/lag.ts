import type { Followable } from './cursors.ts';
import { followable, readCursor, sinkMetaKey } from './cursors.ts';
import { quoted } from './ddl.ts';
import { listOf } from './rows.ts';
import { getMeta } from './queries.ts';
import type { Prepare } from './writer.ts';

/** How far behind a sink is. */
export interface Lag {
  /** Rows that it is still to deliver. */
  readonly rows: number;
  /** Whether there are more: counting ended at the limit that was given. */
  readonly more: boolean;
  /** When the oldest of them was written, epoch milliseconds of the recorder's clock; null: none is waiting. */
  readonly since: number | null;
}

/** Where the recorder ends counting the rows of a part: it does so between two polls. */
export const countLimit = 10_000;

/**
 * How far behind a sink is with the parts that it follows.
 * @param limit where counting the rows of a part ends; all are counted without it, which reads them
 */
export function lagOf(prepare: Prepare, sink: string, parts: readonly Followable[], limit = Infinity): Lag {
  let rows = 0;
  let more = false;
  let oldest = Infinity;
  for (const part of parts) {
    const kinds = part.kinds ?? [];
    const filter = kinds.length === 0 ? '' : `AND "kind" IN (${kinds.map(() => '?').join(', ')})`;
    const sql =
      `SELECT count(*) AS n, min("seq") AS oldest FROM (SELECT "seq" FROM ${quoted(part.table)} ` +
      `WHERE "seq" > ? ${filter} ORDER BY "seq" LIMIT ?)`;
    const most = limit === Infinity ? -1 : limit + 1;
    const waiting = prepare(sql).get(readCursor(prepare, sink, part), ...kinds, most);
    const count = Number(waiting?.n);
    if (count > limit) more = true;
    rows += Math.min(count, limit);
    if (waiting?.oldest != null) oldest = Math.min(oldest, Number(waiting.oldest));
  }
  // A row's number is the time of its writing in microseconds, or a little more.
  return { rows, more, since: oldest === Infinity ? null : Math.floor(oldest / 1000) };
}

/** How a sink stands, from the journal alone. */
export interface SinkStatus {
  readonly sink: string;
  readonly lag: Lag;
  readonly deadLetters: number;
}

/** Every sink that ever followed the journal. */
export function sinkStatuses(prepare: Prepare): SinkStatus[] {
  const prefix = sinkMetaKey('');
  const keys = prepare('SELECT key FROM meta WHERE key LIKE ? ORDER BY key').all(`${prefix}%`);
  return keys.map(({ key }) => {
    const sink = String(key).slice(prefix.length);
    const names = listOf(getMeta(prepare, String(key)) ?? '[]').map(String);
    const letters = prepare('SELECT count(*) AS n FROM dead_letters WHERE sink = ?').get(sink);
    return { sink, lag: lagOf(prepare, sink, names.map(followable)), deadLetters: Number(letters?.n) };
  });
}
