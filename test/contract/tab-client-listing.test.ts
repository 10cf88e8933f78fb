import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { clientOf, credentials, feedError, identity, listingBody, never } from '../support/http-feed.ts';
import { serve } from '../support/http.ts';
import type { TestServer } from '../support/http.ts';

const date = '2026-02-28';

function meetings(count: number, from = 0): { id: string }[] {
  return Array.from({ length: count }, (_, index) => ({ id: `m${from + index}` }));
}

/** A server that gives one body after the other. */
function servePages(...pages: readonly object[]): Promise<TestServer> {
  let served = 0;
  return serve((_, response) => {
    const page = pages[Math.min(served, pages.length - 1)];
    served += 1;
    response.end(JSON.stringify(page));
  });
}

function queries(server: TestServer): Record<string, string>[] {
  return server.requests.map(({ url = '' }) => Object.fromEntries(new URL(url, server.url).searchParams));
}

describe('the listing of a date', () => {
  it('is one request when its page is short', async () => {
    const body = listingBody(meetings(2));
    const server = await servePages(body);
    const received = await clientOf(server.url).meetings(date, never());
    expect(server.requests.map(({ url }) => url?.split('?')[0])).toEqual(['/affiliates/v1/racing/meetings']);
    expect(queries(server)).toEqual([{ date_from: date, date_to: date, limit: '200', offset: '0' }]);
    expect(received).toMatchObject({ bytes: Buffer.byteLength(JSON.stringify(body)), notGranted: [] });
    expect(received.snapshot.meetings.map(({ columns }) => columns.meeting_id)).toEqual(['m0', 'm1']);
  });

  it('goes on until a page is short, and is one listing', async () => {
    const pages = [
      listingBody(meetings(200), { generatedTime: '2026-02-28T03:00:01Z' }),
      listingBody(meetings(200, 200), { generatedTime: '2026-02-28T03:00:02Z' }),
      listingBody([{ id: 'm7', name: 'later' }, ...meetings(3, 400)], {
        generatedTime: '2026-02-28T03:00:03Z',
      }),
    ];
    const server = await servePages(...pages);
    const { snapshot, bytes } = await clientOf(server.url).meetings(date, never());
    expect(queries(server).map(({ offset }) => offset)).toEqual(['0', '200', '400']);
    expect(snapshot.generatedAt).toBe(Date.UTC(2026, 1, 28, 3, 0, 1));
    expect(snapshot.meetings.map(({ columns }) => columns.meeting_id)).toEqual(
      meetings(403).map(({ id }) => id),
    );
    expect(snapshot.meetings[7]?.columns.name).toBe('later');
    expect(bytes).toBe(pages.reduce((sum, page) => sum + Buffer.byteLength(JSON.stringify(page)), 0));
  });

  it('asks once more after a last page that is full', async () => {
    const server = await servePages(listingBody(meetings(200)), listingBody([]));
    const { snapshot } = await clientOf(server.url).meetings(date, never());
    expect(queries(server).map(({ offset }) => offset)).toEqual(['0', '200']);
    expect(snapshot.meetings).toHaveLength(200);
  });

  it('takes the limit that the feed says it kept to for the size of a page', async () => {
    const params = { limit: 100 };
    const server = await servePages(
      listingBody(meetings(100), { params }),
      listingBody(meetings(5, 100), { params }),
    );
    const { snapshot } = await clientOf(server.url).meetings(date, never());
    expect(queries(server).map(({ offset }) => offset)).toEqual(['0', '100']);
    expect(snapshot.meetings).toHaveLength(105);
  });

  it('has the races of a meeting that stands on two pages, or twice on one, from each', async () => {
    const race = (id: string) => ({ id, status: 'Open', start_time: '2026-02-28T04:00:00Z' });
    const page = (rest: number, from: number, ...races: string[]) => {
      const body = listingBody(meetings(rest, from)) as { data: { meetings: object[] } };
      for (const id of races) body.data.meetings.push({ meeting: 'both', name: id, races: [race(id)] });
      return body;
    };
    const server = await servePages(page(198, 0, 'r1', 'r2'), page(3, 300, 'r3'));
    const { snapshot } = await clientOf(server.url).meetings(date, never());
    expect(queries(server).map(({ offset }) => offset)).toEqual(['0', '200']);
    expect(snapshot.meetings).toHaveLength(202);
    const both = snapshot.meetings.find(({ columns }) => columns.meeting_id === 'both');
    expect(both?.columns.name).toBe('r3');
    expect(both?.races.map(({ raceId }) => raceId)).toEqual(['r1', 'r2', 'r3']);
    expect(snapshot.repeated).toEqual({ meetings: ['both'], races: [] });
  });

  it('counts meetings that are not understood as part of their page', async () => {
    const broken = {
      header: { generated_time: '2026-02-28T03:00:01Z' },
      data: { meetings: [{ meeting: 'odd', races: 7 }] },
    };
    const first = listingBody(meetings(199)) as { data: { meetings: unknown[] } };
    first.data.meetings.push({ meeting: 'm999', races: 7 }, 'nothing');
    const server = await servePages(first, broken);
    const { snapshot } = await clientOf(server.url).meetings(date, never());
    expect(server.requests).toHaveLength(2);
    expect(snapshot.meetings).toHaveLength(199);
    expect(snapshot.rejected.map(({ meetingId }) => meetingId)).toEqual(['m999', null, 'odd']);
  });

  it('has them as they were served, without what they echo of the credentials', async () => {
    const odd = { meeting: 'm1', races: 7, echo: `from ${credentials.from}`, short: 'id k7q' };
    const server = await servePages({
      header: { generated_time: '2026-02-28T03:00:00Z' },
      data: { meetings: [odd] },
    });
    const short = { ...identity, partnerId: new Secret('k7q') };
    const { snapshot } = await clientOf(server.url, { identity: short }).meetings(date, never());
    const [kept] = snapshot.rejected.map(({ body }) => Buffer.from(body).toString('utf8'));
    expect(JSON.parse(kept ?? '')).toEqual({
      ...odd,
      echo: 'from [redacted]',
      short: 'id [redacted]',
    });
  });

  it('is malformed when pages come again and again', async () => {
    const server = await servePages(listingBody(meetings(200)));
    const error = await feedError(clientOf(server.url).meetings(date, never()));
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('should end') as string,
    });
    expect(server.requests).toHaveLength(2);
  });

  it('is malformed when it is that of another day', async () => {
    const server = await servePages(listingBody([{ id: 'm1', date: '2026-02-27' }]));
    const error = await feedError(clientOf(server.url).meetings(date, never()));
    expect(error).toMatchObject({ fault: 'malformed', message: expect.stringContaining(date) as string });
    expect(error.body?.length).toBeGreaterThan(0);
  });

  it('fails as a whole when a later page fails', async () => {
    const server = await serve((request, response) => {
      const isFirst = request.url?.endsWith('offset=0') === true;
      response.writeHead(isFirst ? 200 : 500).end(JSON.stringify(listingBody(meetings(200))));
    });
    expect((await feedError(clientOf(server.url).meetings(date, never()))).fault).toBe('server_error');
  });
});
