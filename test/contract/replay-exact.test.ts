import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareWithJournal } from '../support/reference/compare.ts';
import { expectedRows } from '../support/reference/expected.ts';
import { readRecording } from '../support/reference/recording.ts';
import { replay } from '../support/reference/replay.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const FILES = ['ladbrokes-au', 'tab-nz'].flatMap(recordingsIn);
const MISSING = FILES.length === 0;
const TIMEOUT = 300_000;

let folder = '';
let journal = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-exact-'));
  journal = join(folder, 'journal.db');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function recordingsIn(name: string): string[] {
  const path = join(DATA, name);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.jsonl.gz'))
    .sort()
    .map((file) => join(path, file));
}

/** The first differences, and how many there are in all. */
function differences(files: string[]): string[] {
  const found = compareWithJournal(expectedRows(files.flatMap(readRecording)), journal);
  return found.length > 50 ? [`${found.length} differences`, ...found.slice(0, 50)] : found;
}

function named(name: string): string {
  return FILES.find((file) => basename(file) === `${name}.jsonl.gz`) ?? '';
}

describe.skipIf(MISSING)(
  `replay against the reference${MISSING ? ' (skipped: ../shared/data is missing)' : ''}`,
  () => {
    it.each(FILES.map((file) => [basename(file), file] as const))(
      'records %s exactly',
      async (_name, file) => {
        await replay([file], journal);
        expect(differences([file])).toEqual([]);
      },
      TIMEOUT,
    );

    it(
      'records all files in one run exactly',
      async () => {
        await replay(FILES, journal);
        expect(differences(FILES)).toEqual([]);
      },
      TIMEOUT,
    );

    it(
      'changes nothing when a file is replayed twice',
      async () => {
        const file = named('scratched-between-polls');
        await replay([file], journal);
        await replay([file], journal);
        expect(differences([file])).toEqual([]);
      },
      TIMEOUT,
    );

    it(
      'keeps the whole money tracker: 101 % of hold and bets, 93 % and 8 % of the hold in and out of the field',
      async () => {
        await replay([named('event-with-money-tracker')], journal);
        const db = new DatabaseSync(journal, { readOnly: true });
        const sums = db
          .prepare(
            `SELECT sum(hold_percentage) AS hold, sum(bet_percentage) AS bet,
             sum(hold_percentage) FILTER (WHERE entrant_id IS NOT NULL) AS inside,
             sum(hold_percentage) FILTER (WHERE entrant_id IS NULL) AS outside
           FROM money_flow_history`,
          )
          .get();
        db.close();
        expect({ ...sums }).toEqual({ hold: 101, bet: 101, inside: 93, outside: 8 });
      },
      TIMEOUT,
    );
  },
);
