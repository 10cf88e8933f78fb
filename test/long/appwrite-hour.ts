// An hour of fifty live races, delivered to an Appwrite stand-in by the real service, and then two disks that are
// thrown away. Takes two minutes: npm run test:appwrite-hour. APPWRITE_LINGER=5 before it tells what that costs.
import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { tables } from '../../src/domain/tables.ts';
import type { TableName } from '../../src/domain/tables.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { fetchLedger, judge } from '../support/judge.ts';
import { start, temporaryDirectory } from '../support/process.ts';
import { asJournal, repeatedValues } from '../support/sink-judge.ts';
import { simulatorProcess, standInProcess } from '../support/sink-processes.ts';
import { differences, makeSchema } from '../support/sink.ts';

const speed = 60;
const from = '2026-02-28T03:00:00Z';
const minute = 60_000;
/** The day's import, in which every race is new, comes before the hour. */
const hour = [Date.parse(from) + 10 * minute, Date.parse(from) + 70 * minute] as const;

const delivered = allTables().map(({ table }) => table.id);
const history = delivered.filter((table) => tables[table].kind === 'history');
const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);

const server = await standInProcess();
await makeSchema(server.connect());
const simulator = await simulatorProcess({ from, seed: 5, races: 50, speed });
const origin = await clockOf(simulator.url);

/** The real command with a new journal, for real seconds. */
async function record(name: string, seconds: number, killed = false): Promise<number | null> {
  const args = ['run', '--simulator', simulator.url, '--db', file(name), '--log-level', 'warn'];
  const env = { ...server.env, APPWRITE_LINGER: process.env.APPWRITE_LINGER };
  const service = start([...args, '--duration', `${seconds}s`], { env });
  if (killed) setTimeout(() => service.child.kill('SIGKILL'), (seconds - 1) * 1000);
  const { code, stdout, stderr } = await service.ended;
  if (/sink\.|service\.failed|journal\./.test(stdout) || stderr !== '') console.error(stdout, stderr);
  return code;
}

async function clockOf(url: string): Promise<{ real: number; simulated: number }> {
  const clock = (await (await fetch(`${url}/clock`)).json()) as {
    origin: { real: number; simulated: number };
  };
  return clock.origin;
}

/** Simulated time of a real one. */
const simulated = (real: number): number => origin.simulated + (real - origin.real) * speed;
const inHour = (at: number): boolean => at >= hour[0] && at < hour[1];

async function everyRow(): Promise<{ rows: (table: string) => never[] }> {
  const all = new Map<string, unknown[]>();
  for (const table of delivered) all.set(table, await server.rows(table));
  return { rows: (table) => (all.get(table) ?? []) as never[] };
}

/** Simulated seconds from the writing of each price near the jump of its race to its arrival, in order. */
async function delaysNearJump(db: DatabaseSync): Promise<number[]> {
  const arrived = new Map((await server.writes('odds_history')).map(({ row, at }) => [row, simulated(at)]));
  const near = db
    .prepare(
      `SELECT id, odds_history.seq / 1000 AS at FROM odds_history JOIN races USING (race_id)
        WHERE julianday(observed_at) >= julianday(advertised_start, '-3 minutes')
          AND (ended_at IS NULL OR observed_at < ended_at)`,
    )
    .all()
    .filter(({ at }) => inHour(Number(at)));
  return near
    .map(({ id, at }) => ((arrived.get(String(id)) ?? Infinity) - Number(at)) / 1000)
    .toSorted((a, b) => a - b);
}

const figures: { figure: string; is: string; must: string; met: boolean }[] = [];
function figure(name: string, is: number | string, must = '', met = true): void {
  figures.push({ figure: name, is: String(is), must, met });
}

const code = await record('hour.db', 70);
figure('exit code of the recorder', code ?? 'none', '0', code === 0);
copyFileSync(file('hour.db'), file('copy.db'));
const db = new DatabaseSync(file('hour.db'), { readOnly: true });
const count = (sql: string, ...values: string[]): number => Number(db.prepare(sql).get(...values)?.n);
const between = hour.map((at) => new Date(at).toISOString());

const live = count(
  `SELECT count(*) AS n FROM races WHERE (ended_at IS NULL OR ended_at > ?1) AND advertised_start < ?2`,
  between[0] ?? '',
  new Date(hour[0] + 1440 * minute).toISOString(),
);
figure('live races when the hour begins', live, '45 to 55', live >= 45 && live <= 55);
const polls = (outcome: string): number =>
  count(
    'SELECT count(*) AS n FROM polls WHERE outcome = ?3 AND started_at >= ?1 AND started_at < ?2',
    ...between,
    outcome,
  );
const changed = polls('changed');
figure('polls that changed something', changed);
figure('polls that changed nothing', polls('unchanged'));
const requests = (await server.requests()).filter(({ route }) => route === 'upsertRows');
const ofHour = requests.filter(({ at }) => inHour(simulated(at)));
figure('requests', ofHour.length);
const ratio = ofHour.length / changed;
figure('requests per changed poll', ratio.toFixed(3), 'under 0.5', ratio < 0.5);
const before = requests.filter(({ at }) => simulated(at) < hour[0]);
const rowsOf = (entries: readonly { rows: number }[]): number =>
  entries.reduce((sum, { rows }) => sum + rows, 0);
figure('rows a request during the import', (rowsOf(before) / before.length).toFixed(1));

const delays = await delaysNearJump(db);
const late = delays[Math.floor(delays.length * 0.95)] ?? Infinity;
figure('seconds to arrive near the jump, 95 of 100', late.toFixed(0), 'at most 45', late <= 45);

const journalRows = history.reduce((sum, table) => sum + count(`SELECT count(*) AS n FROM ${table}`), 0);
const isHistory = (table: string | null): boolean => history.includes(table as TableName);
const sent = rowsOf(requests.filter(({ table }) => isHistory(table)));
figure('history rows sent / changed', (sent / journalRows).toFixed(3), '1.000', sent === journalRows);
const ledgers = await Promise.all(delivered.map(server.ledger));
const written = ledgers.reduce((sum, ledger) => sum + ledger.written, 0);
figure('rows sent that changed nothing', rowsOf(requests) - written, '0', rowsOf(requests) === written);
const different = differences({ file: file('copy.db') }, await everyRow(), delivered);
figure('values that differ from the journal', different.length, '0', different.length === 0);

await record('killed.db', 12, true);
const last = await record('last.db', 12);
figure('exit code on the last disk', last ?? 'none', '0', last === 0);
let twice = 0;
for (const table of history) twice += (await server.ledger(table)).repeated.length;
figure('history rows written twice, disks thrown away', twice, '0', twice === 0);
asJournal(file('merged.db'), await everyRow(), ['hour.db', 'killed.db', 'last.db'].map(file));
const verdict = judge(await fetchLedger(simulator.url), file('merged.db'));
const repeated = repeatedValues(file('merged.db'));
figure('states judged by the simulator', verdict.states, 'some', verdict.states > 100);
for (const kind of ['duplicated', 'untrue'] as const) {
  figure(`rows ${kind}`, verdict[kind].length, '0', verdict[kind].length === 0);
}
figure('values repeated', repeated.length, '0', repeated.length === 0);

console.table(Object.fromEntries(figures.map(({ figure: name, ...rest }) => [name, rest])));
for (const line of [...different, ...verdict.untrue, ...verdict.duplicated].slice(0, 20)) console.error(line);
for (const line of repeated.slice(0, 10)) console.error(JSON.stringify(line));
db.close();
await simulator.stop();
await server.stop();
directory.remove();
process.exitCode = figures.every(({ met }) => met) ? 0 : 1;
