import { DatabaseSync } from 'node:sqlite';
import { event, kinds } from './feed.ts';
import type { Recorded } from './truth.ts';

type Row = Readonly<Record<string, unknown>>;

/** Prices in a journal of `oddstream`. */
export function fromJournal(file: string): Recorded[] {
  return rowsOf(file, 'SELECT * FROM odds_history WHERE odds IS NOT NULL').map((row) => ({
    key: `${String(row.entrant_id)}|${String(row.kind)}`,
    odds: Number(row.odds),
    seenAt: Date.parse(String(row.observed_at)),
    setAt: row.basis === 'fluctuation' ? Date.parse(String(row.source_time)) : null,
  }));
}

/** Prices in the rows of `odds_history` that a poller made in Appwrite. */
export function fromAppwrite(rows: readonly Row[]): Recorded[] {
  return rows.map((row) => ({
    key: `${String(row.entrantId)}|${String(row.kind)}`,
    odds: Number(row.odds),
    seenAt: Date.parse(String(row.observedAt)),
    setAt: null,
  }));
}

/** Prices that can be read from payloads kept in full, those that they date among them. */
export function fromPayloads(file: string): Recorded[] {
  return rowsOf(file, 'SELECT received_at, body FROM payloads').flatMap((row) => {
    const seenAt = Date.parse(String(row.received_at));
    return event.parse(JSON.parse(String(row.body))).data.runners.flatMap((runner) => {
      const { entrant_id: id, odds, flucs_with_timestamp: flucs } = runner;
      const current = kinds.map((kind) => ({ key: `${id}|${kind}`, odds: odds?.[kind], setAt: null }));
      const { last_six = [], ...named } = flucs ?? {};
      const dated = [...Object.values(named), ...(last_six ?? [])].map((one) => ({
        key: `${id}|fixed_win`,
        odds: one?.fluc,
        setAt: one == null ? null : Date.parse(one.timestamp),
      }));
      return [...current, ...dated].flatMap((one) =>
        one.odds == null ? [] : [{ ...one, odds: one.odds, seenAt }],
      );
    });
  });
}

function rowsOf(file: string, sql: string): Row[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
