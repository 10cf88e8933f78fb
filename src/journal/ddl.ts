import type { ColumnType, Table, TableName } from '../domain/tables.ts';
import { tables } from '../domain/tables.ts';

/** `PRAGMA application_id` of every journal: "odds" in ASCII. */
export const applicationId = 0x6f646473;

/** `PRAGMA user_version` of the journals that this program writes and reads. */
export const schemaVersion = 1;

const journalOnly = ['quarantine', 'dead_letters', 'cursors', 'meta'] as const;

/** Tables whose rows are counted and numbered by `seq`. */
export const numberedTables = [
  ...(Object.keys(tables) as TableName[]),
  'quarantine',
  'dead_letters',
] as const;

export type NumberedTable = (typeof numberedTables)[number];

/** Names of all tables of a journal. */
export const journalTables: readonly string[] = [...Object.keys(tables), ...journalOnly];

const storage: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  time: 'TEXT',
  json: 'TEXT',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  real: 'REAL',
};

/** An identifier in SQL: `races.group` is a reserved word. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** The statements that make an empty database a journal, its two marks in the file header included. */
export function createStatements(): string[] {
  return [
    ...Object.values(tables).flatMap(tableStatements),
    // Few gaps are open among very many that are closed.
    'CREATE INDEX "gaps_open" ON "gaps" ("from_time") WHERE "to_time" IS NULL',
    ...journalOnlyStatements,
    `PRAGMA application_id = ${applicationId}`,
    `PRAGMA user_version = ${schemaVersion}`,
  ];
}

function tableStatements(table: Table): string[] {
  const name = quoted(table.name);
  const history = table.kind === 'history';
  // Rows that never change lie in the order of their writing; the others move to the end when they change.
  const columns = [history ? '"seq" INTEGER PRIMARY KEY' : '"seq" INTEGER NOT NULL'];
  for (const [column, { type, nullable }] of Object.entries(table.columns)) {
    const isKey = column === table.key;
    const unique = isKey ? (history ? ' UNIQUE' : ' PRIMARY KEY') : '';
    columns.push(`${quoted(column)} ${storage[type]}${nullable && !isKey ? '' : ' NOT NULL'}${unique}`);
  }
  const indexes = table.indexes.map((columns) => indexStatement(table.name, columns));
  if (!history) indexes.unshift(seqIndex(table.name));
  return [`CREATE TABLE ${name} (${columns.join(', ')}) STRICT`, ...indexes];
}

function indexStatement(table: string, columns: readonly string[]): string {
  const list = columns.map(quoted).join(', ');
  return `CREATE INDEX ${quoted(`${table}_${columns.join('_')}`)} ON ${quoted(table)} (${list})`;
}

function seqIndex(table: string): string {
  return `CREATE UNIQUE INDEX ${quoted(`${table}_seq`)} ON ${quoted(table)} ("seq")`;
}

const journalOnlyStatements: readonly string[] = [
  `CREATE TABLE "quarantine" ("id" TEXT NOT NULL PRIMARY KEY, "seq" INTEGER NOT NULL, "race_id" TEXT,
    "received_at" TEXT NOT NULL, "reason" TEXT NOT NULL, "body" BLOB NOT NULL) STRICT`,
  seqIndex('quarantine'),
  `CREATE TABLE "dead_letters" ("id" TEXT NOT NULL PRIMARY KEY, "seq" INTEGER NOT NULL, "sink" TEXT NOT NULL,
    "table_name" TEXT NOT NULL, "row_key" TEXT NOT NULL, "row_seq" INTEGER NOT NULL, "reason" TEXT NOT NULL,
    "created_at" TEXT NOT NULL, "row" TEXT NOT NULL) STRICT`,
  seqIndex('dead_letters'),
  `CREATE TABLE "cursors" ("sink" TEXT NOT NULL, "table_name" TEXT NOT NULL, "seq" INTEGER NOT NULL,
    PRIMARY KEY ("sink", "table_name")) STRICT, WITHOUT ROWID`,
  `CREATE TABLE "meta" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT NOT NULL) STRICT, WITHOUT ROWID`,
];
