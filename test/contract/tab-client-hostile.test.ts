import { describe, expect, it } from 'vitest';
import { hashesLoaded } from '../../src/sources/tab/hashing.ts';
import { limits } from '../../src/sources/tab/limits.ts';
import { clientOf, eventBody, feedError, listingBody, never, raceId } from '../support/http-feed.ts';
import { serve } from '../support/http.ts';

await hashesLoaded;

const depth = 20_000;
const lists = '['.repeat(depth) + ']'.repeat(depth);
const objects = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

const event = JSON.stringify(eventBody());
const within = (place: string, json: string): string => event.replace(place, `${json},${place}`);

async function ask(body: string) {
  const server = await serve((_, response) => response.end(body));
  const client = clientOf(server.url);
  return client.event(raceId, never());
}

describe('a body that would break what takes it', () => {
  it.each([
    ['race', within('"event_id"', `"zz":${lists}`)],
    ['race', within('"event_id"', `"zz":${objects}`)],
    ['race', within('"event_id"', `"tips":[${lists},${lists}]`)],
    ['data', within('"runners"', `"zz":${objects}`)],
    ['data', within('"runners"', `"last_starts":[{"a":${lists}}]`)],
    ['race', event.replace('"prize_monies":null', `"prize_monies":${lists}`)],
  ])('in what no price depends on (%s) is taken without it', async (place, body) => {
    const { snapshot, body: received } = await ask(body);
    expect(snapshot.drifts).toMatchObject([{ received: 'nested too deep' }]);
    expect(snapshot.drifts?.[0]?.field).toMatch(new RegExp(`^${place}\\.`));
    expect(JSON.stringify(snapshot).length).toBeLessThan(5_000);
    expect(Buffer.from(received?.() ?? []).toString()).toBe(body);
  });

  it.each([
    ['results', within('"runners"', `"results":[${lists}]`)],
    ['results', within('"runners"', `"dividends":[${objects},${objects}]`)],
    ['money', within('"runners"', `"money_tracker":{"entrants":${lists}}`)],
    ['pools', within('"runners"', `"tote_pools":[{"product_type":"Win","quaddie":${lists}}]`)],
    ['bets', within('"runners"', `"big_bets":${lists}`)],
  ])('in one part (%s) costs that part', async (part, body) => {
    expect((await ask(body)).snapshot.lost).toMatchObject([{ part }]);
  });

  it.each([
    ['runners', event.replace('"runners":[]', `"runners":[${'1,'.repeat(400_000)}1]`), /200 that are taken/],
    ['lists', `[${'[],'.repeat(200_000)}1]`, /more than 100000 keys, objects and lists/],
    ['keys', within('"event_id"', `${'"a":1,'.repeat(150_000)}"b":1`), /more than 100000 keys/],
    ['depth', lists.repeat(1), /could not be understood/],
    ['bytes', within('"event_id"', `"zz":"${'x'.repeat(limits.bodyBytes)}"`), /larger than 2 MB/],
    [
      'past starts',
      event.replace('"runners":[]', `"runners":[${'{"last_starts":[{'.repeat(20_000)}`),
      /is not JSON/,
    ],
    ['an id', event.replace(raceId, 'a\\ud800'), /surrogate/],
  ])('by its %s is malformed, and kept', async (_, body, reason) => {
    const error = await feedError(ask(body));
    expect(error).toMatchObject({ fault: 'malformed', message: expect.stringMatching(reason) as string });
    expect(Buffer.from(error.body ?? []).toString()).toBe(body.slice(0, limits.bodyBytes));
  });

  it('is asked for by an id that no URL can hold, and refused', async () => {
    const server = await serve((_, response) => response.end(event));
    const error = await feedError(clientOf(server.url).event('a\ud800', never()));
    expect(error).toMatchObject({ fault: 'malformed' });
  });

  it('in one meeting of a listing leaves that meeting and the others', async () => {
    const page = JSON.stringify(listingBody([{ id: 'm1' }, { id: 'm2' }]));
    const body = page.replace('"meeting":"m1"', `"meeting":"m1","zz":${lists}`);
    const server = await serve((_, response) => response.end(body));
    const { snapshot, body: received } = await clientOf(server.url).meetings('2026-02-28', never());
    expect(snapshot.meetings.map(({ columns }) => columns.meeting_id)).toEqual(['m1', 'm2']);
    expect(snapshot.drifts).toEqual([{ field: 'meetings.zz', received: 'nested too deep' }]);
    expect(Buffer.from(received?.() ?? []).toString()).toBe(body);
  });

  it('in a meeting that is malformed too is kept but for what cannot be written out', async () => {
    const page = JSON.stringify(listingBody([{ id: 'm1' }, { id: 'm2' }]));
    const body = page.replace('"meeting":"m1"', `"meeting":"m1","races":7,"zz":${lists}`);
    const server = await serve((_, response) => response.end(body));
    const { snapshot } = await clientOf(server.url).meetings('2026-02-28', never());
    expect(snapshot.meetings.map(({ columns }) => columns.meeting_id)).toEqual(['m2']);
    expect(snapshot.rejected.map(({ body: kept }) => Buffer.from(kept).toString())).toEqual([
      '{"meeting":"m1","races":7,"name":"m1","date":"2026-02-28T00:00:00Z"}',
    ]);
  });
});
