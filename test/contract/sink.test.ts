import { describe, expect, it } from 'vitest';
import { appwriteTable } from '../../src/sinks/appwrite/appwrite-tables.ts';
import { outgoing } from '../../src/sinks/appwrite/encode.ts';
import { parseSelection } from '../../src/sinks/appwrite/selection.ts';
import type { SelectedTable } from '../../src/sinks/appwrite/selection.ts';
import { openReader } from '../../src/journal/reader.ts';
import { databaseId, differences, insert, sinkWorld, uuid } from '../support/sink.ts';

const race = uuid(1);
const horse = uuid(2);

function selectionOf(text: string): SelectedTable[] {
  const parsed = parseSelection(text);
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.selection;
}

describe('the Appwrite sink', () => {
  it('delivers rows of every table with equal values', async () => {
    const { journal, server, deliver, told } = await sinkWorld();
    journal.commit([
      insert('meetings', { meeting_id: uuid(3), name: 'Ōtaki – Māori 🐎', date: '2026-02-28' }),
      insert('races', { race_id: race, meeting_id: uuid(3), protest: true, distance: 1200, group: '1' }),
      insert('entrants', { entrant_id: horse, race_id: race, fixed_win: 3.5, is_scratched: true, age: 0 }),
      insert('form', { entrant_id: horse, race_id: race, form: JSON.stringify(['x'.repeat(70_000)]) }),
      insert('odds_history', { id: 'a'.repeat(32), odds: 1.04, previous_odds: null }),
      insert('money_flow_history', { id: 'b'.repeat(32), entrant_id: null, hold_percentage: 0 }),
      insert('pool_history', { id: 'c'.repeat(32), total: 123_456.78, legs: '[1,2]' }),
      insert('bets', { id: 'd'.repeat(32), placed_at: '2026-02-28T03:10:00.999Z' }),
      insert('race_events', { id: 'e'.repeat(32), value: '' }),
      insert('race_results', { id: 'f'.repeat(32), placings: '[]' }),
      insert('gaps', { id: '0'.repeat(32), repaired: true }),
      insert('imports', { id: '1'.repeat(32) }),
    ]);
    expect(await deliver().flush(500_000)).toBe(true);
    expect(differences(journal, server)).toEqual([]);
    expect(told.map(({ event }) => event)).toEqual(['sink.started', 'sink.delivered']);
    expect(told[1]?.fields).toMatchObject({ rows: 12, requests: 12, refused: 0, lag_rows: 0, lag_ms: 0 });
  });

  it('sends nothing when nothing changed, and each history row once', async () => {
    const { journal, server, deliver } = await sinkWorld();
    const rows = Array.from({ length: 250 }, (_, index) =>
      insert('odds_history', { id: String(index).padStart(32, '0') }),
    );
    journal.commit(rows);
    const sink = deliver();
    await sink.flush(500_000);
    const { total } = server.requests;
    await sink.flush(500_000);
    expect(server.requests.total).toBe(total);
    expect(server.requests.count({ route: 'upsertRows' })).toBe(3);
    expect(server.ledger.written('odds_history')).toBe(250);
    expect(server.ledger.repeated('odds_history')).toEqual([]);
  });

  it('sends a current row that changed many times once, and every history row', async () => {
    const { journal, server, deliver } = await sinkWorld();
    for (let price = 1; price <= 40; price++) {
      journal.commit([
        insert('entrants', { entrant_id: horse, race_id: race, fixed_win: price }),
        insert('odds_history', { id: String(price).padStart(32, '0'), odds: price }),
      ]);
    }
    await deliver().flush(500_000);
    expect(server.ledger.written('entrants')).toBe(1);
    expect(server.ledger.written('odds_history')).toBe(40);
    expect(differences(journal, server)).toEqual([]);
  });

  it('brings changes that PHP takes for none, which would be lost without the sequence', async () => {
    const changes: [object, object][] = [
      [{ fixed_win: 0 }, { fixed_win: null }],
      [{ fixed_win: null }, { fixed_win: 0 }],
      [{ jockey: '' }, { jockey: null }],
      [{ jockey: null }, { jockey: '' }],
      [{ mover: null }, { mover: false }],
      [{ mover: false }, { mover: null }],
      [{ weight_total: '1.0' }, { weight_total: '1' }],
      [{ weight_total: '1e3' }, { weight_total: '1000' }],
    ];
    const { journal, server, deliver, connect } = await sinkWorld();
    const sink = deliver();
    const commit = (side: 0 | 1): void => {
      const rows = changes.map((change, index) =>
        insert('entrants', { entrant_id: uuid(index), race_id: race, ...change[side] }),
      );
      journal.commit(rows);
    };
    commit(0);
    await sink.flush(500_000);
    commit(1);
    await sink.flush(500_000);
    expect(differences(journal, server, ['entrants'])).toEqual([]);
    expect(server.ledger.written('entrants')).toBe(2 * changes.length);

    // The same writes back again, with the sequence that is there already.
    await sink.stop(1_000);
    commit(0);
    const reader = openReader(journal.file);
    const stored = reader.read((prepare) => prepare('SELECT * FROM entrants').all());
    reader.close();
    const there = new Map(server.rows('entrants').map(({ $id, seq }) => [$id, seq]));
    const rows = stored.map((row) => {
      const sent = outgoing(appwriteTable('entrants'), row).row;
      return { ...sent, seq: there.get(sent.$id) };
    });
    const appwrite = connect();
    const answer = await appwrite.ask((tables) =>
      tables.upsertRows({ databaseId, tableId: 'entrants', rows }),
    );
    await appwrite.close();
    expect(answer).toEqual({ total: 0, rows: [] });
    expect(differences(journal, server, ['entrants'])).toHaveLength(2 * changes.length);
  });

  it('delivers only the tables and kinds of odds that are chosen, and more when more are', async () => {
    const { journal, server, deliver } = await sinkWorld();
    const kinds = ['fixed_win', 'fixed_place', 'pool_win', 'pool_place'];
    journal.commit([
      insert('races', { race_id: race }),
      insert('entrants', { entrant_id: horse }),
      ...kinds.map((kind, index) => insert('odds_history', { id: String(index).padStart(32, '0'), kind })),
    ]);
    const few = deliver({ selection: selectionOf('races,odds_history:fixed_win,pool_win') });
    expect(await few.flush(500_000)).toBe(true);
    await few.stop(1_000);
    expect(server.rows('entrants')).toEqual([]);
    expect(server.rows('odds_history').map(({ kind }) => kind)).toEqual(['fixed_win', 'pool_win']);

    expect(await deliver({ selection: selectionOf('races,entrants,odds_history') }).flush(500_000)).toBe(
      true,
    );
    expect(differences(journal, server, ['races', 'entrants', 'odds_history'])).toEqual([]);
    expect(server.ledger.repeated()).toEqual([]);
  });

  it('goes on where it was in another process', async () => {
    const { journal, server, deliver } = await sinkWorld();
    journal.commit([insert('races', { race_id: race })]);
    const first = deliver();
    await first.flush(500_000);
    await first.stop(1_000);
    journal.commit([insert('races', { race_id: uuid(9) })]);
    await deliver().flush(500_000);
    expect(server.ledger.written('races')).toBe(2);
  });
});
