import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replay } from '../../src/app/replay.ts';
import { tables } from '../../src/domain/tables.ts';
import type { ColumnType, Insert, Table, TableName } from '../../src/domain/tables.ts';
import { chunksOf } from '../../src/sinks/files/chunks.ts';
import type { ExportFormat } from '../../src/sinks/files/format.ts';
import { openExported } from '../../src/sinks/files/journal.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';

/** Every table, read back by DuckDB and compared with what SQLite itself says. */

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const recordings = ['tab-nz', 'ladbrokes-au'].flatMap((folder) => {
  if (!existsSync(join(data, folder))) return [];
  const names = readdirSync(join(data, folder)).filter((name) =>
    /^(event-with|abandoned|start-moved)/.test(name),
  );
  return names.map((name) => join(data, folder, name));
});

const directory = temporaryDirectory();
const made = join(directory.path, 'made.db');
const replayed = join(directory.path, 'replayed.db');
const names = Object.keys(tables) as TableName[];
const formats: readonly ExportFormat[] = ['csv', 'ndjson', 'parquet'];
let duckdb: DuckDBConnection;

const source = { kind: 'recording' } as const;

beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  const journal = openJournal(made, { source, now: Date.now });
  for (const name of names) journal.commit(Array.from({ length: 40 }, (_, index) => madeRow(name, index)));
  journal.close();
  if (recordings.length === 0) return;
  const other = openJournal(replayed, { source, now: Date.now });
  await replay(recordings, other, () => undefined);
  other.close();
});

afterAll(() => {
  duckdb.closeSync();
  directory.remove();
});

const texts = [
  ...['', ' ', 'a,b', 'a "quoted" one', 'two\nlines', 'cr\r\nlf', 'cr\ralone', 'Ōtaki 🐎', 'NULL', 'null'],
  ...["it's", 'back\\slash', '=1+1', '2026-02-28', 'true', '1e5', '00:00', '\ttab\t', '#', '{"a":1}'],
];
const values: Record<ColumnType, readonly unknown[]> = {
  text: texts,
  integer: [0, -1, 1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, 42],
  real: [0.1 + 0.2, 1.85, 2, -1.5, 1e21, 5e-324, 1.797e308, 0],
  boolean: [true, false],
  json: ['{}', '[]', '{"a":"ō, \\"b\\"\\n"}', '[5,6,7,8]', '""', 'null', '12'],
  time: [
    '2026-02-28T03:10:00.123Z',
    '1970-01-01T00:00:00.000Z',
    '1899-12-31T23:59:59.999Z',
    '2999-01-01T00:00:00.001Z',
  ],
};

/** The first row has null wherever it may be, the others every third time. */
function madeRow(name: TableName, index: number): Insert {
  const table: Table = tables[name];
  const row = Object.entries(table.columns).map(([column, { type, nullable }], place) => {
    if (column === table.key) return [column, `${name}-${index}`];
    if (nullable && (index === 0 || (index + place) % 3 === 0)) return [column, null];
    return [column, values[type][(index * 7 + place) % values[type].length]];
  });
  return { table: name, row: Object.fromEntries(row) as never };
}

function exported(journal: string, table: TableName, format: ExportFormat): string {
  const file = join(directory.path, `${table}.${format}`);
  const reader = openExported(journal);
  const selection = { table, day: null, raceId: null };
  const bytes = [...chunksOf(reader, selection, { format })].map((chunk) => chunk.bytes);
  reader.close();
  writeFileSync(file, Buffer.concat(bytes));
  return file;
}

const duckTypes: Record<ColumnType, string> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  real: 'DOUBLE',
  boolean: 'BOOLEAN',
  json: 'VARCHAR',
  time: 'TIMESTAMP WITH TIME ZONE',
};

function typesOf(name: TableName): Record<string, string> {
  const table: Table = tables[name];
  const own = Object.entries(table.columns).map(([column, { type }]) => [column, duckTypes[type]]);
  return { seq: 'BIGINT', ...(Object.fromEntries(own) as Record<string, string>) };
}

/** The call that an analyst makes; CSV and JSON have no types of their own. */
function readingOf(file: string, table: TableName, format: ExportFormat): string {
  const list = Object.entries(typesOf(table)).map(([column, type]) => `'${column}': '${type}'`);
  const columns = `columns = {${list.join(', ')}}`;
  if (format === 'parquet') return `read_parquet('${file}')`;
  if (format === 'ndjson') return `read_json('${file}', ${columns})`;
  return `read_csv('${file}', header = true, nullstr = '', allow_quoted_nulls = false, ${columns})`;
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const rows = (await duckdb.runAndReadAll(sql)).getRowObjectsJS();
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
  );
}

/** Types that DuckDB finds in a file by itself. */
async function foundTypes(file: string): Promise<Record<string, unknown>> {
  const columns = await query(`DESCRIBE SELECT * FROM '${file}'`);
  return Object.fromEntries(
    columns.map(({ column_name, column_type }) => [String(column_name), column_type]),
  );
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Date ? value.toISOString() : value;
}

function recorded(journal: string, name: TableName): Record<string, unknown>[] {
  const table: Table = tables[name];
  const db = new DatabaseSync(journal, { readOnly: true });
  const rows = db.prepare(`SELECT * FROM ${name} ORDER BY seq`).all();
  db.close();
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => {
        const isBoolean = table.columns[column]?.type === 'boolean' && value !== null;
        return [column, isBoolean ? value === 1 : value];
      }),
    ),
  );
}

const cases = names.flatMap((table) => formats.map((format) => [table, format] as const));

describe('made rows, with every null and every text that is hard to keep', () => {
  it.each(cases)('%s as %s', async (table, format) => {
    const file = exported(made, table, format);
    const rows = await query(`SELECT * FROM ${readingOf(file, table, format)} ORDER BY seq`);
    expect(rows).toHaveLength(40);
    expect(rows).toEqual(recorded(made, table));
  });
});

const why = recordings.length === 0 ? ' (skipped: ../shared/data is missing)' : '';

describe.skipIf(recordings.length === 0)(`a replayed journal${why}`, () => {
  it.each(cases)('%s as %s', async (table, format) => {
    const file = exported(replayed, table, format);
    const rows = await query(`SELECT * FROM ${readingOf(file, table, format)} ORDER BY seq`);
    expect(rows).toEqual(recorded(replayed, table));
  });

  it('is not empty', () => {
    const filled = names.filter((name) => recorded(replayed, name).length > 0);
    expect(filled).toEqual(names.filter((name) => !['imports', 'bets', 'gaps'].includes(name)));
  });
});

describe('types', () => {
  it.each(names)('%s as Parquet has them in the file', async (table) => {
    const file = exported(made, table, 'parquet');
    expect(await foundTypes(file)).toEqual(typesOf(table));
    const repetitions = await query(`SELECT name, repetition_type FROM parquet_schema('${file}')`);
    expect(repetitions).toContainEqual({ name: 'seq', repetition_type: 'REQUIRED' });
  });

  it.each(['csv', 'ndjson'] as const)('of odds_history are found by themselves in %s', async (format) => {
    const file = exported(made, 'odds_history', format);
    const { seq, odds, source_time } = await foundTypes(file);
    expect({ seq, odds }).toEqual({ seq: 'BIGINT', odds: 'DOUBLE' });
    expect(source_time).toMatch(/^TIMESTAMP/);
  });

  it('an empty table is a file with columns and without rows', async () => {
    const empty = join(directory.path, 'empty.db');
    openJournal(empty, { source, now: Date.now }).close();
    for (const format of formats) {
      const file = exported(empty, 'odds_history', format);
      expect(await query(`SELECT * FROM ${readingOf(file, 'odds_history', format)}`)).toEqual([]);
    }
    const file = join(directory.path, 'odds_history.parquet');
    expect(await foundTypes(file)).toEqual(typesOf('odds_history'));
  });

  it('Parquet is read by a second reader too', () => {
    const file = exported(made, 'races', 'parquet');
    const { num_rows, row_groups } = parquetMetadata(new Uint8Array(readFileSync(file)).buffer);
    expect({ num_rows, groups: row_groups.length }).toEqual({ num_rows: 40n, groups: 1 });
  });
});
