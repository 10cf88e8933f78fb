// What 200 clients of the stream cost the polls of 100 races a day. Takes 4 minutes: npm run test:stream-clients.
import { once } from 'node:events';
import { get } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { start, temporaryDirectory } from '../support/process.ts';

const clientCount = 200;
const windowMs = 30_000;
const windows = 4;
const longestGrowthMs = 50;
/** The rows of history that the stream tells, each of them once, by the event's name. */
const history = {
  odds: 'odds_history',
  money: 'money_flow_history',
  pool: 'pool_history',
  bet: 'bets',
  race_event: 'race_events',
  result: 'race_results',
  poll: 'polls',
} as const;

interface Client {
  readonly request: ClientRequest;
  readonly seqs: number[];
  problem: string | null;
}

async function connect(url: string): Promise<Client> {
  const request = get(`${url}/api/stream?events=${Object.keys(history).join()}`);
  const client: Client = { request, seqs: [], problem: null };
  request.on('error', (error) => {
    if (!request.destroyed) client.problem = error.message;
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`The stream answered ${response.statusCode ?? 0}.`);
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = `${rest}${text}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (/^event: reset$/m.test(block)) client.problem = 'it was told to read again';
      // A beat has an id too, and is no row.
      const id = /^id: (\d+)\nevent: /.exec(block)?.[1];
      if (id !== undefined) client.seqs.push(Number(id));
    }
  });
  response.on('error', () => undefined);
  return client;
}

const directory = temporaryDirectory();
const db = join(directory.path, 'clients.db');
const service = start(
  ['run', '--http', '127.0.0.1:0', '--races', '100', '--seed', '5', '--speed', '1', '--db', db],
  { env: { ODDSTREAM_CADENCE: JSON.stringify({ bands: [{ every_s: 10 }] }) } },
);
await service.says('"import.finished"');
const line = service
  .printed()
  .split('\n')
  .find((text) => text.includes('"server.started"'));
const { url } = JSON.parse(line ?? '{}') as { url: string };
const journal = new DatabaseSync(db, { readOnly: true });
const newest = (): number => Number(journal.prepare('SELECT max(seq) AS seq FROM polls').get()?.seq ?? 0);

const problems: string[] = [];
const lateness: Record<'with' | 'without', number[]> = { with: [], without: [] };
let told = 0;
// Races that were final before the start have their next read a minute later, all at once.
await wait(75_000);
for (let index = 0; index < windows; index++) {
  const name = index % 2 === 0 ? 'without' : 'with';
  const clients =
    name === 'with' ? await Promise.all(Array.from({ length: clientCount }, () => connect(url))) : [];
  // What connecting costs is not what being connected costs.
  await wait(2_000);
  const began = newest();
  await wait(windowMs);
  const ended = newest();
  const sql = 'SELECT lateness_ms AS ms FROM polls WHERE seq > ? AND seq <= ?';
  lateness[name].push(
    ...journal
      .prepare(sql)
      .all(began, ended)
      .map(({ ms }) => Number(ms)),
  );
  await wait(2_000);
  for (const client of clients) judge(client, began, ended);
  for (const { request } of clients) request.destroy();
}

function judge({ seqs, problem }: Client, began: number, ended: number): void {
  const each = Object.values(history).map((table) => `SELECT seq FROM ${table} WHERE seq > ?1 AND seq <= ?2`);
  const wanted = journal
    .prepare(`${each.join(' UNION ALL ')} ORDER BY seq`)
    .all(began, ended)
    .map(({ seq }) => Number(seq));
  const had = seqs.filter((seq) => seq > began && seq <= ended);
  told += had.length;
  if (problem !== null) problems.push(`a client: ${problem}`);
  if (had.join() !== wanted.join()) {
    problems.push(`a client was told ${had.length} rows of ${wanted.length}, or not in order`);
  }
}

service.child.kill('SIGTERM');
const { code } = await service.ended;
if (code !== 0) problems.push(`the service ended with ${code}`);
journal.close();
directory.remove();

const p99 = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length * 0.99)] ?? NaN;
const [without, having] = [p99(lateness.without), p99(lateness.with)];
if (!(having - without <= longestGrowthMs)) problems.push('polls are later by more than 50 ms');
console.table({
  'clients of the stream': clientCount,
  'polls without clients': lateness.without.length,
  'polls with clients': lateness.with.length,
  'p99 lateness without, ms': without,
  'p99 lateness with, ms': having,
  'rows told to clients': told,
});
for (const problem of new Set(problems)) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
