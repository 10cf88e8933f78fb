import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { diffEvent } from '../../src/domain/diff.ts';
import { rowId } from '../../src/domain/ids.ts';
import { timestamp } from '../../src/domain/time.ts';
import { damages } from '../../src/journal/check.ts';
import { DamagedError } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { eventOf } from '../support/streams-snapshots.ts';
import type { Standing } from '../support/streams-snapshots.ts';
import { insert, noon, open, poll, temporaryDirectory } from './journal-rows.ts';

/** Changes a journal behind its writer's back. */
function flip({ file }: Journal, change: string): void {
  const db = new DatabaseSync(file);
  expect(db.prepare(`UPDATE ${change}`).run().changes).toBeGreaterThan(0);
  db.close();
}

test('every row of a journal is looked at', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  journal.commit([insert('races', { race_id: 'a' }), poll('a'), poll('b')]);
  flip(journal, "polls SET id = 'x' WHERE race_id = 'b'");
  const db = new DatabaseSync(journal.file);
  expect([...damages(db)]).toEqual([
    'a row of polls is not as it was written: the id is not that of the row',
  ]);
  db.close();
});

describe('a race', () => {
  const standing: Standing = {
    ...{ status: 'Final', start: noon, win: 2, hold: 40, poolTotal: 1_000 },
    dividends: [{ win: 4.5 }],
  };

  /** A journal with two races of which two responses each were taken. */
  function recorded(): Journal {
    const journal = open(join(temporaryDirectory(), 'j.db'));
    for (const race of ['a', 'b']) {
      for (const [minute, step] of [0, 1].entries()) {
        const at = noon + minute * 60_000;
        const served = {
          ...standing,
          ...{ win: 2 + step, hold: 40 + step, poolTotal: 1_000 + step, dividends: [{ win: 4.5 + step }] },
        };
        const { changes } = diffEvent(journal.baseline(race), eventOf(race, served, at), at);
        const started_at = timestamp(at);
        const taken = { id: rowId(race, started_at), race_id: race, started_at, source_time: started_at };
        journal.commit([...changes, insert('polls', taken)]);
      }
    }
    return journal;
  }

  const newest = (table: string): string => `seq = (SELECT max(seq) FROM ${table} WHERE race_id = 'b')`;

  test.each([
    ['odds_history', "odds = odds + 1 WHERE race_id = 'b' AND previous_odds IS NULL"],
    ['odds_history', `odds = odds + 1 WHERE ${newest('odds_history')}`],
    ['odds_history', `kind = 'pool_win' WHERE ${newest('odds_history')}`],
    ['money_flow_history', `hold_percentage = 1 WHERE ${newest('money_flow_history')}`],
    ['pool_history', `total = 1 WHERE ${newest('pool_history')}`],
    ['race_results', `status = 'x' WHERE ${newest('race_results')}`],
    ['polls', `started_at = '${timestamp(noon + 1)}' WHERE ${newest('polls')}`],
    ['races', "advertised_start = 'noon' WHERE race_id = 'b'"],
    ['entrants', "is_scratched = 2 WHERE race_id = 'b'"],
  ])('does not go on from a row of %s that is not as it was written: %s', (table, change) => {
    const journal = recorded();
    journal.baseline('b');
    flip(journal, `${table} SET ${change}`);
    const refused = expect(() => journal.baseline('b'));
    refused.toThrow(DamagedError);
    refused.toThrow(`(a row of ${table} is not as it was written: `);
    expect(journal.baseline('a').entrants.size).toBe(1);
  });

  test('goes on where only what it has no use for is not as it was written', () => {
    const journal = recorded();
    const before = journal.baseline('b');
    flip(journal, "money_flow_history SET hold_percentage = 1 WHERE race_id = 'b' AND hold_percentage = 40");
    expect(journal.baseline('b')).toEqual(before);
  });
});
