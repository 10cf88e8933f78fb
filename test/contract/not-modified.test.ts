import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { judgeStage } from '../faults/judge.ts';
import { openStage } from '../faults/stage.ts';
import { serve } from '../support/http.ts';

/** Real milliseconds for which a cache on the way gives what it has: about ten polls of a race at its jump. */
const freshMs = 400;

interface Kept {
  readonly at: number;
  readonly status: number;
  readonly body: string;
  readonly etag: string;
}

/** A cache in front of a feed that keeps answers, compares ETags and tells ages. */
async function cacheBefore(feedUrl: string): Promise<{ url: string; notModified: () => number }> {
  const kept = new Map<string, Kept>();
  let notModified = 0;
  const ask = async (path: string): Promise<Kept> => {
    const known = kept.get(path);
    if (known !== undefined && Date.now() - known.at < freshMs) return known;
    const { statusCode: status, body } = await request(feedUrl + path);
    const text = await body.text();
    const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
    const answer = { at: Date.now(), status, body: text, etag };
    if (path.includes('/events/')) kept.set(path, answer);
    return answer;
  };
  const server = await serve((incoming, response) => {
    ask(incoming.url ?? '/').then(
      ({ at, status, body, etag }) => {
        // Any age above nothing says that it was kept; the feed's clock runs much faster than this one.
        const headers = { etag, age: Date.now() - at > 2 ? '1' : '0', 'content-type': 'application/json' };
        if (incoming.headers['if-none-match'] === etag) {
          notModified++;
          response.writeHead(304, headers).end();
        } else {
          response.writeHead(status, headers).end(body);
        }
      },
      () => response.destroy(),
    );
  });
  return { url: server.url, notModified: () => notModified };
}

it('a recorder behind a cache that answers by 304 has all that the feed served, and takes nothing for a failure', async () => {
  const stage = await openStage({ seed: 5, speed: 240, appwrite: false });
  try {
    const cache = await cacheBefore(stage.feedUrl);
    const recorder = stage.run({ feedUrl: cache.url });
    await recorder.says('"import.finished"');
    await expect.poll(() => cache.notModified(), { timeout: 500_000 }).toBeGreaterThan(20);
    await wait(300);
    recorder.child.kill('SIGTERM');
    const { code, stdout } = await recorder.ended;
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/"event":"(feed\.clock|race\.restarted|poll\.quarantined)"/);
    // At that speed a poll has half a second, which a busy machine can take.
    expect(stdout).not.toMatch(/"event":"poll\.failed"(?!.*"reason":"timeout")/);
    expect((await stage.finish()).code).toBe(0);
    const { lost, duplicated, untrue, stale, states } = await judgeStage(stage);
    expect({ lost, duplicated, untrue, stale }).toEqual({ lost: [], duplicated: [], untrue: [], stale: [] });
    expect(states).toBeGreaterThan(30);
    const db = new DatabaseSync(stage.db, { readOnly: true });
    const sql = `SELECT count(*) AS n FROM polls WHERE outcome = 'unchanged' AND source_time IS NULL AND bytes = 0`;
    const taken = Number(db.prepare(sql).get()?.n);
    db.close();
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThanOrEqual(cache.notModified());
  } finally {
    await stage.close();
  }
});
