import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { rowId } from '../domain/ids.ts';
import { timestamp } from '../domain/time.ts';
import { unnumbered } from './changes.ts';
import type { Write } from './changes.ts';
import { millis } from './rows.ts';
import type { Prepare, Writer } from './writer.ts';

/** A response that could not be used, kept to be looked at. */
export interface Quarantined {
  /** Null when it was not a race's own response. */
  readonly raceId: string | null;
  /** Epoch milliseconds, our clock. */
  readonly receivedAt: number;
  readonly reason: string;
  /** The body as received, credentials masked. */
  readonly body: Uint8Array;
}

/** A response as it lies in quarantine. */
export interface KeptResponse extends Omit<Quarantined, 'body'> {
  readonly id: string;
  /** Null when it was dropped, since there was too much of them. */
  readonly body: Buffer | null;
}

/** Bytes of all bodies, compressed; past it the oldest are dropped, and their rows stay. */
export const mostBodyBytes = 64 * 1024 * 1024;

/** Bodies that are dropped at once at the most: it is done between two polls. */
const mostDropped = 100;

const insertSql =
  'INSERT INTO quarantine (seq, id, race_id, received_at, reason, body) VALUES (?, ?, ?, ?, ?, ?)';

/** A body that was dropped is empty, which no zstd frame is. Its first parameter is a number that it has no use for. */
const dropSql =
  "UPDATE quarantine SET body = x'' WHERE ?1 IS NOT NULL AND seq > ?2 AND seq <= ?3 AND length(body) > 0";

/** The responses that could not be used: each is a row for ever, and the newest have their bodies. */
export class Quarantine {
  readonly #prepare: Prepare;
  readonly #writer: Writer;
  /** Bytes of all bodies; null before they are needed. */
  #bytes: number | null = null;
  /** The newest row that is known to have no body, nor any before it; by `seq`. */
  #droppedTo = 0;

  constructor(prepare: Prepare, writer: Writer) {
    this.#prepare = prepare;
    this.#writer = writer;
  }

  /** Keeps a response, its body as one zstd frame with a checksum; returns its id. The same one twice is one row. */
  keep({ raceId, receivedAt, reason, body }: Quarantined): string {
    const time = timestamp(receivedAt);
    const id = rowId(raceId, time, reason, createHash('sha256').update(body).digest('hex'));
    if (this.#prepare('SELECT 1 FROM quarantine WHERE id = ?').get(id) !== undefined) return id;
    const compressed = zstdCompressSync(body, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const insert: Write = { sql: insertSql, values: [unnumbered, id, raceId, time, reason, compressed] };
    const { bytes, upTo } = this.#oldest(this.#held() + compressed.length - mostBodyBytes);
    const drop: Write = { sql: dropSql, values: [unnumbered, this.#droppedTo, upTo] };
    this.#writer.write(bytes === 0 ? [insert] : [drop, insert]);
    this.#bytes = this.#held() - bytes + compressed.length;
    this.#droppedTo = upTo;
    return id;
  }

  /** Every response that was kept until now, in the order in which they came; one at a time is in memory. */
  *kept(): Generator<KeptResponse> {
    const rows = this.#prepare('SELECT seq FROM quarantine ORDER BY received_at, seq').all();
    const read = this.#prepare('SELECT id, race_id, received_at, reason, body FROM quarantine WHERE seq = ?');
    for (const { seq } of rows) {
      const row = read.get(Number(seq));
      if (row === undefined) continue;
      const body = row.body as Uint8Array;
      yield {
        id: String(row.id),
        raceId: row.race_id === null ? null : String(row.race_id),
        receivedAt: millis(String(row.received_at)),
        reason: String(row.reason),
        body: body.length === 0 ? null : zstdDecompressSync(body),
      };
    }
  }

  #held(): number {
    // The length of a blob is read without the blob.
    this.#bytes ??= Number(this.#prepare('SELECT total(length(body)) AS n FROM quarantine').get()?.n);
    return this.#bytes;
  }

  /** The oldest bodies that together have so many bytes, or as many as are dropped at once. */
  #oldest(wanted: number): { bytes: number; upTo: number } {
    let bytes = 0;
    let upTo = this.#droppedTo;
    if (wanted <= 0) return { bytes, upTo };
    const sql =
      'SELECT seq, length(body) AS n FROM quarantine WHERE seq > ? AND length(body) > 0 ORDER BY seq LIMIT ?';
    for (const row of this.#prepare(sql).all(upTo, mostDropped)) {
      bytes += Number(row.n);
      upTo = Number(row.seq);
      if (bytes >= wanted) break;
    }
    return { bytes, upTo };
  }
}
