import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../support/http.ts';
import { start, temporaryDirectory } from '../support/process.ts';

it('an Appwrite that never answers does not keep a recorder with an empty journal from recording', async () => {
  const directory = temporaryDirectory();
  const silent = await serve(() => undefined);
  const recorder = start(['run', '--db', join(directory.path, 'j.db'), '--races', '20', '--speed', '60'], {
    env: {
      APPWRITE_ENDPOINT: `${silent.url}/v1`,
      APPWRITE_PROJECT_ID: 'p',
      APPWRITE_API_KEY: 'k',
      APPWRITE_DATABASE_ID: 'odds',
    },
  });
  onTestFinished(async () => {
    recorder.child.kill('SIGKILL');
    await recorder.ended;
    directory.remove();
  });
  await recorder.says('poll.changed');
  const lines = recorder.printed().split('\n');
  const failed = lines.findIndex((line) => line.includes('"sink.read_back_failed"'));
  const polled = lines.findIndex((line) => line.includes('"poll.changed"'));
  expect(failed).toBeGreaterThanOrEqual(0);
  expect(failed).toBeLessThan(polled);
  expect(lines[failed]).toContain('had no answer in time');
});
