import { describe, expect, it } from 'vitest';
import type { AppwriteStandIn } from '../support/appwrite/standin.ts';
import { database, functionWorld } from '../support/function-world.ts';
import { serveFeed } from '../support/function.ts';
import { search, tabMarks } from '../support/leak-marks.ts';

/* The bundled function where something fails: marked credentials may stand in nothing that any execution says. */

const { feed: market, execute, said } = functionWorld();

const raceOf = (path: string): string | null => /\/events\/([^?]+)/.exec(path)?.[1] ?? null;

describe('the daily import as a function', () => {
  it('fails for a feed that fails, names what failed, and brings the rest', async () => {
    const server = await database();
    let [bad, meeting]: (string | null)[] = [null, null];
    const feed = await serveFeed(market(), async (path, ask) => {
      const answer = await ask();
      if (raceOf(path) === null) {
        const listing = JSON.parse(answer.body) as {
          data: { meetings: { meeting: string; races: unknown }[] };
        };
        const one = listing.data.meetings.find((other) => meeting === null || other.meeting === meeting);
        if (one === undefined) return answer;
        meeting = one.meeting;
        one.races = 'none';
        return { status: 200, body: JSON.stringify(listing) };
      }
      bad ??= raceOf(path);
      // A proxy that shows what it was sent: neither JSON nor without the credentials.
      return raceOf(path) === bad
        ? { status: 200, body: `<p>${tabMarks.map(({ value }) => value).join(' ')}` }
        : answer;
    });
    const { statusCode, errors, body } = await execute(server, feed.url);
    expect(statusCode).toBe(500);
    const events = errors.slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toEqual([
      expect.objectContaining({ event: 'import.meetings_failed', meeting_id: meeting }),
      expect.objectContaining({ event: 'import.race_failed', race_id: bad, reason: 'malformed' }),
    ]);
    expect(errors.at(-1)).toBe('2 dates, meetings or races could not be imported: see each above.');
    expect(JSON.parse(body)).toMatchObject({ failures: [{ meeting_id: meeting }, { race_id: bad }] });
    const [imports] = server.rows('imports');
    expect(JSON.parse(imports?.failed as string)).toMatchObject([{ meeting_id: meeting }, { race_id: bad }]);
    expect(server.rows('meetings').length).toBeGreaterThan(0);
    expect(server.rows('entrants').some(({ raceId }) => raceId === bad)).toBe(false);
    expect(server.rows('entrants').length).toBeGreaterThan(50);
  });

  it('ends before its time-out: what is done is delivered, the rest is named', async () => {
    // A busy machine gets nothing done in a short time.
    for (let timeout = 8; !(await endsInTime(timeout)); timeout *= 3);
  });

  /** One such execution; whether some races were done by then, of which there is more to see. */
  async function endsInTime(timeout: number): Promise<boolean> {
    const server = await database();
    const races = new Set<string>();
    const hanging = new Set<string>();
    const feed = await serveFeed(market(), async (path, ask) => {
      const race = raceOf(path);
      if (race === null) return ask();
      races.add(race);
      if (races.size % 3 === 0) hanging.add(race);
      return hanging.has(race) ? null : ask();
    });
    const executed = await execute(server, feed.url, {
      timeout,
      // Few rows, so that a busy machine delivers them in the time that is left.
      variables: { APPWRITE_TABLES: 'races,entrants,imports' },
    });
    expect(executed.errors).not.toContain('Execution timed out.');
    expect(executed.statusCode).toBe(500);
    if (server.rows('entrants').length === 0) return false;
    const { failures } = JSON.parse(executed.body) as { failures: { race_id: string; reason: string }[] };
    const named = new Set(failures.map(({ race_id }) => race_id));
    for (const race of hanging) expect(named).toContain(race);
    const text = executed.errors.join('\n');
    for (const race of named) expect(text).toContain(`"race_id":"${race}","reason":"no answer in time"`);
    const there = new Set(server.rows('entrants').map(({ raceId }) => raceId));
    expect([...races].filter((race) => !named.has(race)).sort()).toEqual([...there].sort());
    expect(JSON.parse(server.rows('imports')[0]?.failed as string)).toHaveLength(failures.length);
    return true;
  }

  it('answers in time when Appwrite answers no more', async () => {
    const server = await database();
    const hang = server.faults.add({ kind: 'hang', routes: ['upsertRows'] });
    let executed = await execute(server, market(), { timeout: 5 });
    // A busy machine may not have come to a write.
    for (let timeout = 15; hang.hits === 0; timeout *= 3)
      executed = await execute(server, market(), { timeout });
    expect(executed.statusCode).toBe(500);
    expect(executed.errors.at(-1)).toMatch(/^\d+ rows could not be delivered in time; /);
    expect(server.ledger.written()).toBe(0);
  });

  it.each([
    ['no key', () => null, /^The request has no x-appwrite-key: give the function the scopes/],
    [
      'a key that may not write',
      (server: AppwriteStandIn) => server.addKey(['rows.read']),
      /rows\.write.*: give the API key/,
    ],
    [
      'a key that may not read',
      (server: AppwriteStandIn) => server.addKey(['rows.write']),
      /^Nothing is imported, .*rows\.read/,
    ],
  ])('fails at once with %s, and says so', async (_, keyOf, reason) => {
    const server = await database();
    const executed = await execute(server, market(), { key: keyOf(server) });
    expect(executed.statusCode).toBe(500);
    expect(executed.errors.at(-1)).toMatch(reason);
    expect(server.ledger.written()).toBe(0);
  });

  it('fails by a fault that nobody catches, and does not take the runtime with it', async () => {
    const server = await database();
    // As soon as somebody would catch it.
    const fault = `process.on('newListener', (event) => event === 'uncaughtException' && setTimeout(() => {
      throw Object.assign(new Error('unforeseen ' + process.env.TAB_FROM), { headers: process.env });
    }, 50))`;
    const feed = await serveFeed(market(), () => new Promise(() => undefined));
    const executed = await execute(server, feed.url, {
      timeout: 5,
      variables: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` },
    });
    expect(executed.statusCode).toBe(500);
    expect(executed.errors.at(-1)).toMatch(
      /^The import failed by a fault of its own: Error: unforeseen \[redacted\]/,
    );
  });

  it('shows no credential, whatever happens', () => {
    expect(said.length).toBeGreaterThanOrEqual(7);
    expect(search(said)).toEqual([]);
  });
});
