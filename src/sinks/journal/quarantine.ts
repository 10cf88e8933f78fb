import { createHash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { rowId } from '../../domain/ids.ts';
import { timestamp } from '../../domain/time.ts';
import { unnumbered } from './changes.ts';
import type { Write } from './changes.ts';

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

const sql =
  'INSERT INTO quarantine (seq, id, race_id, received_at, reason, body) VALUES (?, ?, ?, ?, ?, ?) ' +
  'ON CONFLICT (id) DO NOTHING';

/** The row of a response; its body is stored as one zstd frame with a checksum. */
export function quarantineWrite({ raceId, receivedAt, reason, body }: Quarantined): {
  readonly id: string;
  readonly write: Write;
} {
  const time = timestamp(receivedAt);
  const id = rowId(raceId, time, reason, createHash('sha256').update(body).digest('hex'));
  const compressed = zstdCompressSync(body, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  return { id, write: { sql, values: [unnumbered, id, raceId, time, reason, compressed] } };
}
