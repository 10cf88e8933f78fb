import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBack } from '../../src/sinks/appwrite/read-back.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { insert, sinkWorld, uuid } from '../support/sink.ts';

const now = Date.parse('2026-02-28T00:00:00Z');
const hours = (count: number): string => new Date(now + count * 3_600_000).toISOString();

describe('reading back for an import', () => {
  it('leaves out the races that are listed no more, which imports alone never settle', async () => {
    const { journal, deliver, connect } = await sinkWorld();
    const races = [-24 * 30, -49, -37, -1, 24].map((start, number) =>
      insert('races', {
        race_id: uuid(number),
        meeting_id: uuid(9),
        status: 'Open',
        advertised_start: hours(start),
      }),
    );
    journal.commit([insert('meetings', { meeting_id: uuid(9), date: '2026-02-28' }), ...races]);
    expect(await deliver().flush(500_000)).toBe(true);

    const directory = temporaryDirectory();
    const appwrite = connect();
    const fresh = openJournal(join(directory.path, 'j.db'), {
      source: { kind: 'recording' },
      now: () => now,
    });
    onTestFinished(async () => {
      fresh.close();
      await appwrite.close();
      directory.remove();
    });
    const options = { selection: allTables(), now, mostMs: 5_000, listedOnly: true };
    expect(await readBack(appwrite, fresh, options)).toMatchObject({ races: 3 });
    expect(fresh.liveRaces().map(({ race_id }) => race_id)).toEqual([uuid(2), uuid(3), uuid(4)]);
  });
});
