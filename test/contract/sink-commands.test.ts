import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/journal/dead-letter-box.ts';
import { oddstream } from '../support/process.ts';
import { databaseId, differences, insert, sinkWorld, uuid } from '../support/sink.ts';

describe('the commands dead-letters and status', () => {
  it('list, retry and drop what was refused, beside the recorder', async () => {
    const { journal, server, deliver } = await sinkWorld();
    const command = (...words: string[]) =>
      oddstream([...words, '--db', journal.file], {
        env: {
          APPWRITE_ENDPOINT: server.endpoint,
          APPWRITE_PROJECT_ID: server.projectId,
          APPWRITE_API_KEY: server.key,
          APPWRITE_DATABASE_ID: databaseId,
        },
      });
    const poison = server.faults.add({ kind: 'poison', table: 'races', column: 'name', equals: 'bad' });
    journal.commit([
      insert('races', { race_id: uuid(1), name: 'good' }),
      insert('races', { race_id: uuid(2), name: 'bad' }),
      insert('races', { race_id: 'a:b' }),
    ]);
    const sink = deliver();
    await sink.flush(500_000);

    const listed = await command('dead-letters', 'list', '--json');
    const letters = JSON.parse(listed.stdout) as DeadLetter[];
    expect(letters.map(({ table, rowKey }) => `${table} ${rowKey}`)).toEqual([
      `races ${uuid(2)}`,
      'races a:b',
    ]);
    const refused = await command('dead-letters', 'retry', letters[0]?.id ?? '');
    expect(refused).toMatchObject({ code: 1, stdout: '0 delivered, 1 left.\n' });
    expect(refused.stderr).toContain('Attribute "name" has invalid type.');

    // The row has changed since, and is sent as it is now.
    await poison.clear();
    await sink.stop(100);
    journal.commit([insert('races', { race_id: uuid(2), name: 'better' })]);
    const behind = await command('status');
    expect(behind.stdout).toMatch(/\nappwrite: is 1 rows and \d+ s behind, 2 dead letters\n/);
    const retried = await command('dead-letters', 'retry', '--all');
    expect(retried).toMatchObject({ code: 1, stdout: '1 delivered, 1 left.\n' });
    expect(differences(journal, server, ['races'])).toEqual(['races a:b is not there']);

    const dropped = await command('dead-letters', 'drop', '--all');
    expect(dropped).toMatchObject({ code: 0, stdout: '1 dropped.\n' });
    expect((await command('dead-letters', 'list')).stdout).toBe('No dead letters.\n');
    // The writer goes on numbering its rows.
    journal.commit([insert('races', { race_id: uuid(3) })]);
    await deliver().flush(500_000);
    expect(differences(journal, server, ['races'])).toEqual(['races a:b is not there']);
  });
});
