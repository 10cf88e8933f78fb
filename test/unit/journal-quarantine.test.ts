import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { mostBodyBytes } from '../../src/journal/quarantine.ts';
import { noon, open, rows, temporaryDirectory } from './journal-rows.ts';

/** The most of a body that the recorder keeps, of noise: compression makes it no smaller. */
const bodies = Array.from({ length: 9 }, () => randomBytes(1024 * 1024));

/** What the feed answers to polls of those numbers, every ten seconds. */
function fill(journal: Journal, from: number, to: number): void {
  for (let poll = from; poll < to; poll++) {
    const body = bodies[poll % bodies.length] ?? Buffer.alloc(0);
    journal.quarantine({
      raceId: `race ${poll}`,
      receivedAt: noon + poll * 10_000,
      reason: 'malformed',
      body,
    });
  }
}

function held({ file }: Journal): { rows: number; bodies: number; bytes: number } {
  const sql =
    'SELECT count(*) AS rows, count(nullif(length(body), 0)) AS bodies, sum(length(body)) AS bytes FROM quarantine';
  const [row] = rows(file, sql);
  return { rows: Number(row?.rows), bodies: Number(row?.bodies), bytes: Number(row?.bytes) };
}

test('of a feed that stays malformed all rows are kept, and the bodies of the newest', () => {
  const file = join(temporaryDirectory(), 'j.db');
  let journal = open(file);
  fill(journal, 0, 60);
  expect(held(journal)).toMatchObject({ rows: 60, bodies: 60 });
  journal.close();

  // What was held before counts after a restart.
  journal = open(file);
  fill(journal, 60, 90);
  // The same response again is no other body.
  fill(journal, 89, 90);
  const now = held(journal);
  expect(now.rows).toBe(90);
  expect(now.bytes).toBeLessThanOrEqual(mostBodyBytes);
  expect(now.bytes).toBeGreaterThan(mostBodyBytes - 2 * 1024 * 1024);
  const kept = rows(file, 'SELECT race_id, received_at, reason, body FROM quarantine ORDER BY seq');
  kept.forEach(({ race_id, received_at, reason, body }, poll) => {
    expect(race_id).toBe(`race ${poll}`);
    expect(received_at).toBe(new Date(noon + poll * 10_000).toISOString());
    expect(reason).toBe('malformed');
    const bytes = body as Uint8Array;
    if (poll < 90 - now.bodies) expect(bytes).toHaveLength(0);
    else expect(zstdDecompressSync(bytes).equals(bodies[poll % bodies.length] ?? Buffer.of())).toBe(true);
  });

  journal.close();
  expect(statSync(file).size).toBeLessThan(mostBodyBytes * 1.1);
  expect(checkIntegrity(file)).toEqual([]);
});
