import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EventSource } from 'undici';
import { streamEvents } from '../../src/server/contract/stream.ts';
import type { StreamEventName } from '../../src/server/contract/stream.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { unusedPort } from '../support/http.ts';
import { temporaryDirectory } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';
import { readStream, serveJournal, serveRun } from '../support/serving.ts';
import type { StreamEvent } from '../support/serving.ts';
import { insert } from '../support/sink.ts';

/*
 * The stream: every row of history once and in order, whatever happens to the connection.
 */

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const patience = { timeout: 500_000, interval: 20 };

afterAll(() => {
  directory.remove();
});

const history: Readonly<Partial<Record<StreamEventName, string>>> = {
  odds: 'odds_history',
  money: 'money_flow_history',
  pool: 'pool_history',
  bet: 'bets',
  race_event: 'race_events',
  result: 'race_results',
  poll: 'polls',
};

/** The numbers of all rows of history after one and up to another, in their order. */
function recordedSeqs(db: string, after: number, end: number): number[] {
  const journal = new DatabaseSync(db, { readOnly: true });
  const each = Object.values(history).map((table) => `SELECT seq FROM ${table} WHERE seq > ?1 AND seq <= ?2`);
  const rows = journal.prepare(`${each.join(' UNION ALL ')} ORDER BY seq`).all(after, end);
  journal.close();
  return rows.map(({ seq }) => Number(seq));
}

const toldSeqs = (events: readonly StreamEvent[]): number[] =>
  events.filter(({ event }) => event in history).map(({ id }) => Number(id));

const lastId = (events: readonly StreamEvent[]): string | null =>
  events.findLast(({ id }) => id !== null)?.id ?? null;

function writable(name: string): Journal {
  const journal = openJournal(file(name), { source: { kind: 'recording' }, now: () => Date.now() });
  onTestFinished(() => {
    journal.close();
  });
  return journal;
}

/** Rows of history, so many at once. */
function write(journal: Journal, count: number, from = 0, race_id = 'r1'): void {
  const rows = Array.from({ length: count }, (_, index) =>
    insert('odds_history', {
      id: `o${from + index}`,
      race_id,
      kind: 'fixed_win',
      basis: 'poll',
      odds: from + index,
    }),
  );
  journal.commit(rows);
}

describe('the stream of a run', () => {
  it('tells every row of history once and in order, to one that is cut off again and again, over a restart too', async () => {
    const db = file('run.db');
    const http = `127.0.0.1:${await unusedPort()}`;
    const args = ['--db', db, '--races', '40', '--origin', racedayStart, '--seed', '3', '--speed', '60'];
    let service = await serveRun(args, {}, http);
    onTestFinished(() => {
      service.child.kill('SIGKILL');
    });
    const url = `${service.url}/api/stream?after=0`;
    const events: StreamEvent[] = [];
    const readSome = async (count: number): Promise<void> => {
      const stream = readStream(url, lastId(events) ?? undefined);
      await vi.waitFor(() => {
        expect(stream.events.length).toBeGreaterThan(count);
      }, patience);
      stream.stop();
      await stream.ended;
      events.push(...stream.events);
    };
    for (const count of [3, 200, 1, 700, 40]) await readSome(count);
    const whole = new EventSource(`${service.url}/api/stream?after=0&events=poll`);
    onTestFinished(() => {
      whole.close();
    });
    const polls: string[] = [];
    whole.addEventListener('poll', (event) => polls.push((event as MessageEvent).lastEventId));
    await vi.waitFor(() => {
      expect(polls.length).toBeGreaterThan(5);
    }, patience);

    service.child.kill('SIGTERM');
    await service.ended;
    const before = polls.length;
    service = await serveRun(args, {}, http);
    await readSome(300);
    await vi.waitFor(() => {
      expect(polls.length).toBeGreaterThan(before + 5);
    }, patience);
    await readSome(20);
    service.child.kill('SIGTERM');
    await service.ended;

    const told = toldSeqs(events);
    expect(told.length).toBeGreaterThan(500);
    expect(events.some(({ event }) => event === 'reset')).toBe(false);
    expect(told).toEqual(recordedSeqs(db, 0, told.at(-1) ?? 0));
    const journal = new DatabaseSync(db, { readOnly: true });
    const recorded = journal
      .prepare('SELECT seq FROM polls WHERE seq <= ? ORDER BY seq')
      .all(Number(polls.at(-1)));
    journal.close();
    expect(polls.map(Number)).toEqual(recorded.map(({ seq }) => seq));
    for (const { event, data } of events) {
      const schema = streamEvents[event as StreamEventName];
      expect(schema.parse(data)).toEqual(data);
    }
  });
});

describe('a stream', () => {
  it('tells only what was asked for, and goes on over a long time without any', async () => {
    const journal = writable('filtered.db');
    write(journal, 600, 0, 'r1');
    write(journal, 3, 1000, 'r2');
    const { url } = await serveJournal(file('filtered.db'));
    const stream = readStream(`${url}/api/stream?after=0&race=r2&events=odds`);
    await vi.waitFor(() => {
      expect(stream.events).toHaveLength(4);
    }, patience);
    write(journal, 1, 2000, 'r1');
    write(journal, 1, 3000, 'r2');
    await vi.waitFor(() => {
      expect(stream.events.map(({ data }) => (data as { odds?: number }).odds)).toEqual([
        undefined,
        ...[1000, 1001, 1002, 3000],
      ]);
    }, patience);
    stream.stop();
  });

  it('begins now without a number, and tells one that is too far behind or ahead to read again', async () => {
    const journal = writable('reset.db');
    write(journal, 50_001);
    const { url } = await serveJournal(file('reset.db'));
    const newest = recordedSeqs(file('reset.db'), 0, Number.MAX_SAFE_INTEGER).at(-1) ?? 0;
    const streams = ['', '?after=0', `?after=${newest + 1}`].map((query) =>
      readStream(`${url}/api/stream${query}`),
    );
    await vi.waitFor(() => {
      for (const { events } of streams) expect(events).not.toEqual([]);
    }, patience);
    write(journal, 1, 60_000);
    await vi.waitFor(() => {
      expect(streams.map(({ events }) => events.map(({ event }) => event))).toEqual([
        ['hello', 'odds'],
        ['hello', 'reset', 'odds'],
        ['hello', 'reset', 'odds'],
      ]);
    }, patience);
    expect(streams[1]?.events[1]).toEqual({ id: String(newest), event: 'reset', data: { seq: newest } });
    for (const { stop } of streams) stop();
  });

  it('cuts off a client that takes nothing, and goes on telling the others', async () => {
    const journal = writable('slow.db');
    write(journal, 1);
    const { url } = await serveJournal(file('slow.db'));
    const socket = await silentClient(url);
    const closed = once(socket, 'close');
    const reading = readStream(`${url}/api/stream`);
    await vi.waitFor(() => {
      expect(reading.events).toHaveLength(1);
    }, patience);
    let from = 1;
    while (!socket.closed && from < 200_000) {
      write(journal, 2000, from);
      from += 2000;
      const told = reading.events.length;
      await vi.waitFor(() => {
        expect(reading.events.length).toBeGreaterThan(told + 500);
      }, patience);
      if ((await dropped(url)) === 1) break;
    }
    expect(await dropped(url)).toBe(1);
    socket.resume();
    await closed;
    await vi.waitFor(() => {
      expect(reading.events).toHaveLength(from);
    }, patience);
    reading.stop();
  });

  it('takes 256 clients and no more, and another one as soon as one is gone', async () => {
    writable('many.db');
    const { url } = await serveJournal(file('many.db'));
    const streams = Array.from({ length: 256 }, () => readStream(`${url}/api/stream`));
    await vi.waitFor(() => {
      for (const { events } of streams) expect(events).toHaveLength(1);
    }, patience);
    const refused = await fetch(`${url}/api/stream`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    await refused.body?.cancel();
    streams[0]?.stop();
    await vi.waitFor(async () => {
      const response = await fetch(`${url}/api/stream`);
      await response.body?.cancel();
      expect(response.status).toBe(200);
    }, patience);
    for (const { stop } of streams) stop();
  });
});

async function dropped(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^oddstream_stream_clients_dropped_total (\d+)$/m.exec(text)?.[1]);
}

/** A client that asks for the stream and then reads nothing. */
async function silentClient(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET /api/stream HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  return socket;
}
