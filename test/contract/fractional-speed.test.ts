import { join } from 'node:path';
import { expect, it } from 'vitest';
import { start, temporaryDirectory } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';

it('records a simulator at a speed that makes no whole milliseconds of a deadline', async () => {
  const directory = temporaryDirectory();
  const db = join(directory.path, 'journal.db');
  const service = start(['run', '--races', '4', '--origin', racedayStart, '--speed', '2.4', '--db', db]);
  await service.says('"import.finished"');
  service.child.kill('SIGTERM');
  const { code } = await service.ended;
  directory.remove();
  expect(code).toBe(0);
});
