import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { eventBody, granted } from './http-feed.ts';
import { keyMark, spellingsOf, tabMarks } from './leak-marks.ts';
import { selfSigned } from './leak-tls.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Every credential in every spelling, as a text of its own. */
const echoes = tabMarks.flatMap(({ value }) => [...spellingsOf(value).values()]);

/** All of them, as texts of reasonable size. */
const echo = echoes.join(' ');

const values = tabMarks.map(({ value }) => value);

const oneCore = tabMarks[2].core;

/** Headers of an answer that tells the caller who it is. */
const echoed = {
  'x-echo': values,
  'content-type': `text/${oneCore}; charset=utf-8`,
  'set-cookie': values.map((value) => `caller=${encodeURIComponent(value)}`),
};

const startedAt = Date.now();

/** Newer than the listings: an older answer would change nothing. */
const header = { generated_time: new Date(startedAt + 1_000).toISOString() };

/** A whole race of which every text is a credential in some spelling. */
function telltaleRace(id: string): object {
  let next = 0;
  const text = (): string => echoes[next++ % echoes.length] ?? '';
  const runners = Array.from({ length: 12 }, (_, index) => ({
    entrant_id: `runner-${index} ${text()}`,
    name: text(),
    jockey: text(),
    trainer_name: text(),
    owners: text(),
    gear: text(),
    runner_number: index,
    is_scratched: false,
    odds: { fixed_win: 2.5 + index, note: text() },
    form_comment: text(),
    past_performances: [text(), text()],
    [text()]: text(),
  }));
  const race = {
    event_id: id,
    meeting_id: `meeting ${text()}`,
    meeting_name: text(),
    status: text(),
    description: text(),
    comment: text(),
    weather: text(),
    advertised_start: Math.round(Date.now() / 1000) + 120,
    prize_monies: { [text()]: text() },
    echo,
  };
  const bet = (): object => ({ title: text(), description: [text(), text()], stake: 100, legs: [text()] });
  return {
    header,
    params: granted,
    data: {
      race,
      runners,
      results: [text(), { name: text() }],
      dividends: [{ product: text() }],
      tote_pools: [{ product_type: text(), status: text(), total: 5, note: text() }],
      big_bets: [bet(), bet()],
      biggest_bet: bet(),
      money_tracker: { entrants: [{ entrant_id: text(), hold_percentage: 1, bet_percentage: 1 }] },
      rest: echoes,
    },
  };
}

const json =
  (body: unknown, headers: object = {}): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

const text =
  (body: string | Buffer, headers: object = {}): Answer =>
  (response) => {
    response.writeHead(200, { ...echoed, ...headers }).end(body);
  };

const status =
  (code: number, headers: object = {}): Answer =>
  (response) => {
    response.writeHead(code, `No ${oneCore}`, { ...echoed, ...headers }).end(echo);
  };

const gzip = { 'content-encoding': 'gzip' };
const longEcho = `${echo}\n`.repeat(3);
/** Ends within a credential. */
const cut = `${'x'.repeat(2000)}${echo} ${values[0]?.slice(0, -3) ?? ''}`;

function endless(response: ServerResponse): void {
  const chunk = Buffer.from(longEcho.repeat(20));
  const more = (): void => {
    if (!response.destroyed && response.write(chunk)) setImmediate(more);
  };
  response.on('drain', more).writeHead(200, echoed);
  more();
}

const eventData = (): { race: object } => (eventBody() as { data: { race: object } }).data;

const race = (changes: object): object => {
  const data = eventData();
  return { ...eventBody(), header, data: { ...data, race: { ...data.race, ...changes } } };
};

const runner = { entrant_id: values[0], name: echo, is_scratched: false };

/** How a race is answered, by its id; what each way is called. */
function answers(elsewhere: string): Map<string, Answer> {
  return new Map<string, Answer>([
    ['good', json(eventBody({ id: 'good' }))],
    ['telltale', json(telltaleRace('telltale'))],
    [
      'headers',
      (response, request) => {
        const echoing = { ...eventBody({ id: 'headers' }), params: { ...granted, headers: request.headers } };
        json({ ...echoing, raw: request.rawHeaders.join('\r\n') })(response, request);
      },
    ],
    [
      'headers-as-text',
      (response, request) => {
        text(`Bad request:\n${request.rawHeaders.join('\n')}\n${echo}`)(response, request);
      },
    ],
    ['reset', (response) => response.socket?.resetAndDestroy()],
    [
      'closed',
      (response) => response.writeHead(200, { 'content-length': 1e6 }).write(echo, () => response.destroy()),
    ],
    ['garbage', (response) => response.socket?.end(`HTTP/9 ${echo}\r\n${echo}\r\n\r\n`)],
    ['bad-header', (response) => response.socket?.end(`HTTP/1.1 200 OK\r\n${values.join('\r\n')}\r\n\r\n{}`)],
    ...[301, 302, 303, 307, 308].map((code): [string, Answer] => [
      `redirect-${code}`,
      status(code, { location: `${elsewhere}/?${encodeURIComponent(values.join())}` }),
    ]),
    ...[400, 401, 403, 404, 500, 503].map((code): [string, Answer] => [`status-${code}`, status(code)]),
    ['status-429', status(429, { 'retry-after': '0' })],
    ['status-429-echo', status(429, { 'retry-after': values[2] })],
    ['html', text(`<html><title>${echo}</title>${longEcho}</html>`)],
    ['latin1', text(Buffer.from(`${values.join()} ${echo}`, 'latin1'))],
    ['truncated', text(gzipSync(cut).subarray(0, -12), gzip)],
    ['no-gzip', text(echo, gzip)],
    ['other-encoding', text(echo, { 'content-encoding': oneCore })],
    ['bomb', text(gzipSync(Buffer.concat([Buffer.from(echo), Buffer.alloc(33 * 1024 * 1024)])), gzip)],
    ['endless', endless],
    ['invalid-json', text(`{"echo": ${JSON.stringify(echoes)}, `)],
    ['cut-json', text(JSON.stringify({ echo: values[1] }).slice(0, -8))],
    ['list', json(echoes)],
    ['null', json(null)],
    ['wrong-shape', json({ ...eventBody(), data: { [echo]: echo, race: values } })],
    ['wrong-types', json(race({ status: values, race_number: echo }))],
    ['wrong-time', json({ ...eventBody(), header: { generated_time: echo } })],
    ['entrant-twice', json({ ...eventBody(), data: { ...eventData(), runners: [runner, runner] } })],
    ['another-race', json(race({ event_id: values[0] }))],
    ['far-start', json(race({ event_id: 'far-start', advertised_start: 253_402_300_799, comment: echo }))],
    ['unknown-status', json(race({ event_id: 'unknown-status', status: values[2], description: echo }))],
  ]);
}

export interface LeakServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** Names of the races that were not asked for yet. */
  readonly missing: () => string[];
  /** From then on connections are refused. */
  readonly stop: () => void;
}

/** A feed that serves one race for each way to answer, most of which fail and all of which echo credentials. */
export async function leakServer(elsewhere: string, only?: readonly string[]): Promise<LeakServer> {
  const all = answers(elsewhere);
  const names = only ?? [...all.keys()];
  const missing = new Set(names);
  const listing = listings(names, elsewhere, only === undefined);
  const server = await listening((request, response) => {
    const url = new URL(request.url ?? '', 'http://feed');
    const name = /\/events\/([\w-]+)$/.exec(url.pathname)?.[1] ?? '';
    missing.delete(name);
    const answer = url.pathname.endsWith('/meetings') ? listing(url) : (all.get(name) ?? status(404));
    answer(response, request);
  });
  return { ...server, missing: () => [...missing] };
}

/** Where redirects go to: nothing is to be asked of it. */
export function elsewhereServer(): Promise<Omit<LeakServer, 'missing'>> {
  return listening((_, response) => response.end('{}'));
}

async function listening(handler: RequestListener): Promise<Omit<LeakServer, 'missing'>> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, stop };
}

/** An Appwrite that takes no row: one table's rows for what they are, those of the others for one reason after another. */
export function failingAppwrite(elsewhere: string): Promise<Omit<LeakServer, 'missing'>> {
  const told = [...spellingsOf(keyMark.value).values(), ...echoes].join(' ');
  const refuse =
    (code: number, type: string): Answer =>
    (response) => {
      const body = JSON.stringify({ message: told, code, type, version: keyMark.value });
      response.writeHead(code, { ...echoed, 'content-type': 'application/json' }).end(body);
    };
  const failures: Answer[] = [
    refuse(500, 'general_unknown'),
    (response) => response.socket?.resetAndDestroy(),
    refuse(429, 'general_rate_limit_exceeded'),
    text(`<html>${told}</html>`),
    status(302, { location: `${elsewhere}/${encodeURIComponent(keyMark.value)}` }),
  ];
  return listening((request, response) => {
    if (request.method === 'GET') refuse(401, 'general_unauthorized_scope')(response, request);
    else if (request.url?.includes('/meetings/')) refuse(400, 'row_invalid_structure')(response, request);
    else (failures.shift() ?? refuse(403, keyMark.core))(response, request);
  });
}

/** By turns a server that speaks no TLS and one that nobody has reason to trust, and what they were told. */
export async function falseTlsServer(): Promise<{ url: string; told: () => Buffer; stop: () => void }> {
  const told: Uint8Array[] = [];
  const tls = createTlsServer(selfSigned(), (socket) => {
    socket.on('data', (data: Buffer) => told.push(data));
  });
  tls.on('tlsClientError', () => undefined);
  let connections = 0;
  const server = createSocketServer((socket) => {
    socket.on('error', () => undefined);
    if (connections++ % 2 === 0) {
      socket.on('data', (data: Buffer) => told.push(data)).end(`HTTP/1.1 400 Bad Request\r\n\r\n${echo}`);
    } else tls.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, told: () => Buffer.concat(told), stop: () => server.close() };
}

/** The first listings of each date fail when they are to. */
function listings(names: readonly string[], elsewhere: string, fail: boolean): (url: URL) => Answer {
  const failures = fail ? [text(`<html>${echo}</html>`), status(302, { location: elsewhere })] : [];
  const asked = new Set<string>();
  return (url) => {
    const date = url.searchParams.get('date_from') ?? '';
    const failure = asked.has(date) ? undefined : failures.shift();
    asked.add(date);
    if (failure !== undefined) return failure;
    const races = names.map((id, index) => ({
      id,
      race_number: index,
      name: echoes[index % echoes.length],
      start_time: new Date(Date.now() + 120_000).toISOString(),
      status: 'Open',
      weather: echoes[(index + 7) % echoes.length],
    }));
    const meeting = { name: values[1], date, category: 'T', country: 'NZ', echo: echoes };
    const meetings = [
      { ...meeting, meeting: `one-${date}`, races: asked.size === 1 ? races : [] },
      { ...meeting, meeting: `other ${values[0] ?? ''}`, tote_status: values[2], races: [] },
      { ...meeting, meeting: values[2], races: echo },
    ];
    return json({ header: { generated_time: new Date(startedAt).toISOString(), echo }, data: { meetings } });
  };
}
