import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { readSource } from '../../src/journal/journal.ts';
import { start, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const leapDay = '2028-02-29T00:00:00+13:00';

afterAll(() => {
  directory.remove();
});

describe('--origin', () => {
  it('starts the clock of a simulated feed', async () => {
    const feed = start(['simulate', '--port', '0', '--races', '4', '--origin', leapDay]);
    onTestFinished(() => {
      feed.child.kill('SIGKILL');
    });
    await feed.says('Record it with');
    const [url] = /http:\/\/[\d.]+:\d+/.exec(feed.printed()) ?? [];
    const { origin, now } = (await (await fetch(`${url}/clock`)).json()) as {
      origin: { simulated: number };
      now: number;
    };
    expect(origin.simulated).toBe(Date.parse(leapDay));
    expect(now).toBeGreaterThanOrEqual(origin.simulated);
  });

  it('starts the clock of a new journal, which goes on when the recorder starts again', async () => {
    const db = join(directory.path, 'journal.db');
    const run = async (): Promise<string[]> => {
      const service = start(['run', '--db', db, '--races', '4', '--origin', leapDay]);
      await service.says('"import.finished"');
      service.child.kill('SIGTERM');
      const { stdout } = await service.ended;
      return stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { time: string }).time);
    };
    const first = await run();
    expect(readSource(db)).toMatchObject({ clock: { simulated: Date.parse(leapDay) } });
    expect(first[0]).toMatch(/^2028-02-28T11:/);
    const second = await run();
    expect(Date.parse(second[0] ?? '')).toBeGreaterThan(Date.parse(first.at(-1) ?? ''));
    expect(readSource(db)).toMatchObject({ clock: { simulated: Date.parse(leapDay) } });
  });
});
