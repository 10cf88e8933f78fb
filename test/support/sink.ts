import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SchedulerLike } from 'rxjs';
import { onTestFinished } from 'vitest';
import type { LogEventName, LogFields } from '../../src/domain/log-events.ts';
import { Secret } from '../../src/domain/secret.ts';
import { tables } from '../../src/domain/tables.ts';
import type { Change, Column, RowOf, TableName } from '../../src/domain/tables.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import type { Appwrite } from '../../src/sinks/appwrite/client.ts';
import { pushSchema } from '../../src/sinks/appwrite/schema-push.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import type { SelectedTable } from '../../src/sinks/appwrite/selection.ts';
import { AppwriteSink } from '../../src/sinks/appwrite/sink.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { simulatedScheduler } from '../../src/streams/clock.ts';
import { startAppwrite } from './appwrite/standin.ts';
import type { AppwriteOptions, AppwriteStandIn } from './appwrite/standin.ts';
import { temporaryDirectory } from './process.ts';

export const databaseId = 'racing';

/** Back-off and pauses of a sink in a test take a thousandth of their time. */
const speed = 1000;

export interface Told {
  readonly event: LogEventName;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SinkWorld {
  readonly server: AppwriteStandIn;
  readonly journal: Journal;
  readonly scheduler: SchedulerLike;
  /** What was logged. */
  readonly told: readonly Told[];
  readonly tell: <E extends LogEventName>(event: E, fields: LogFields<E>) => void;
  readonly connect: (options?: { key?: string; timeoutMs?: number; databaseId?: string }) => Appwrite;
  /** Opens a sink and starts it. */
  readonly deliver: (options?: {
    selection?: readonly SelectedTable[];
    appwrite?: Appwrite;
    batchRows?: number;
    lingerMs?: number;
    inFlight?: number;
  }) => AppwriteSink;
}

export interface SinkWorldOptions extends AppwriteOptions {
  /** Tables that are made; all of them without it. */
  readonly made?: readonly TableName[];
}

/** A stand-in with the schema, an empty journal, and sinks between the two; all gone when the test is finished. */
export async function sinkWorld(options: SinkWorldOptions = {}): Promise<SinkWorld> {
  const server = await startAppwrite(options);
  const directory = temporaryDirectory();
  const now = Date.now();
  const scheduler = simulatedScheduler({ real: now, simulated: now, speed });
  const file = join(directory.path, 'journal.db');
  const journal = openJournal(file, { source: { kind: 'recording' }, now: () => scheduler.now() });
  const opened = new Set<AppwriteSink>();
  const told: Told[] = [];
  const tell: SinkWorld['tell'] = (event, fields) => {
    told.push({ event, fields });
  };
  onTestFinished(async () => {
    for (const sink of opened) await sink.stop(0);
    journal.close();
    await server.close();
    directory.remove();
  });
  const connect: SinkWorld['connect'] = ({ key = server.key, timeoutMs, databaseId: id = databaseId } = {}) =>
    openAppwrite(
      { endpoint: server.endpoint, projectId: server.projectId, key: new Secret(key), databaseId: id },
      timeoutMs,
    );
  if (options.made?.length !== 0) await makeSchema(connect(), options.made);
  return {
    server,
    journal,
    scheduler,
    told,
    tell,
    connect,
    deliver: ({ selection = allTables(), appwrite = connect(), ...rest } = {}) => {
      const sink = new AppwriteSink(appwrite, journal, {
        ...{ batchRows: 100, inFlight: 2, lingerMs: 20_000, random: () => 0.5 },
        ...rest,
        selection,
        scheduler,
        log: tell,
      });
      opened.add(sink);
      sink.start();
      return sink;
    },
  };
}

export async function makeSchema(appwrite: Appwrite, made?: readonly TableName[]): Promise<void> {
  const all = allTables().map(({ table }) => table);
  const schema = { tables: all.filter(({ id }) => made?.includes(id) ?? true), permissions: [] };
  await pushSchema(appwrite, schema, () => undefined);
  await appwrite.close();
}

const standard = {
  text: 'text',
  time: '2026-02-28T03:10:00.123Z',
  json: '{"a":[1,null]}',
  integer: 7,
  real: 2.5,
  boolean: false,
} as const;

/** A whole row as a change: null where it may be, unless said otherwise. */
export function insert<T extends TableName>(table: T, values: Partial<RowOf<(typeof tables)[T]>>): Change {
  const columns: Readonly<Record<string, Column>> = tables[table].columns;
  const row = Object.fromEntries(
    Object.entries(columns).map(([name, { type, nullable }]) => [name, nullable ? null : standard[type]]),
  );
  return { table, row: { ...row, ...values } } as unknown as Change;
}

/** An id as the feed has them. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** Where Appwrite differs from a journal, one line for each row or value; the rules are told anew here. */
export function differences(
  { file }: Journal | { readonly file: string },
  server: Pick<AppwriteStandIn, 'rows'>,
  names: readonly TableName[] = allTables().map(({ table }) => table.id),
): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return names.flatMap((name) => {
      const there = new Map(server.rows(name).map((row) => [row.$id, row as Record<string, unknown>]));
      const rows = db.prepare(`SELECT * FROM "${name}"`).all();
      const wrong = rows.flatMap((row) => {
        const key = String(row[tables[name].key]);
        const copy = there.get(key);
        there.delete(key);
        return copy === undefined ? [`${name} ${key} is not there`] : valueDifferences(name, key, row, copy);
      });
      return [
        ...wrong,
        ...[...there.keys()].map((key) => `${name} ${JSON.stringify(key)} is not in the journal`),
      ];
    });
  } finally {
    db.close();
  }
}

function valueDifferences(
  name: TableName,
  key: string,
  row: Readonly<Record<string, unknown>>,
  copy: Readonly<Record<string, unknown>>,
): string[] {
  const columns: Readonly<Record<string, Column>> = tables[name].columns;
  const pairs = [...Object.entries(columns).map(([column, { type }]) => [column, type]), ['seq', 'integer']];
  return pairs.flatMap(([column = '', type]) => {
    if (column === 'id') return [];
    const stored = row[column] ?? null;
    const text = column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const answered = copy[text] ?? null;
    const expected =
      stored === null
        ? null
        : type === 'boolean'
          ? stored === 1
          : type === 'time'
            ? (stored as string).replace('Z', '+00:00')
            : stored;
    const same = Object.is(expected, answered) && text in copy;
    return same
      ? []
      : [`${name}.${text} of ${key}: ${JSON.stringify(answered)}, not ${JSON.stringify(expected)}`];
  });
}
