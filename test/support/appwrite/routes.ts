import { columnKinds } from './column-endpoints.ts';
import type { Answer, Call, Handler } from './core.ts';
import { createMany, deleteMany, upsertMany } from './handle-bulk.ts';
import * as columns from './handle-columns.ts';
import * as databases from './handle-databases.ts';
import * as indexes from './handle-indexes.ts';
import * as rows from './handle-rows.ts';
import * as tables from './handle-tables.ts';
import * as transactions from './handle-transactions.ts';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Name of the call in the SDK. */
  readonly name: string;
  /** One of these scopes is needed. */
  readonly scopes: readonly string[];
  /** Requests a minute that a guest has; the headers tell keys of it as well. */
  readonly limit?: number;
  readonly handle: Handler;
}

const readTables = ['tables.read', 'collections.read'];
const writeTables = ['tables.write', 'collections.write'];
const readColumns = [...readTables, 'columns.read', 'attributes.read'];
const writeColumns = [...writeTables, 'columns.write', 'attributes.write'];
const readIndexes = [...readTables, 'indexes.read'];
const writeIndexes = [...writeTables, 'indexes.write'];
const readRows = ['rows.read', 'documents.read'];
const writeRows = ['rows.write', 'documents.write'];
const readTransactions = ['documents.read', 'rows.read'];
const writeTransactions = ['documents.write', 'rows.write'];

const root = '/v1/tablesdb';
const database = `${root}/:databaseId`;
const table = `${database}/tables/:tableId`;
const transaction = `${root}/transactions/:transactionId`;

/** Builds a route from `METHOD path`. */
function to(line: string, name: string, scopes: readonly string[], handle: Handler, limit?: number): Route {
  const [method = '', path = ''] = line.split(' ');
  return { method, path, name, scopes, handle, ...(limit === undefined ? {} : { limit }) };
}

const sdkName = (kind: string): string =>
  kind === 'bigint' ? 'BigInt' : kind.charAt(0).toUpperCase() + kind.slice(1);

const columnRoutes = Object.keys(columnKinds).flatMap((kind) => [
  to(`POST ${table}/columns/${kind}`, `create${sdkName(kind)}Column`, writeColumns, (call) =>
    columns.createColumn(call, kind),
  ),
  to(
    `PATCH ${table}/columns/${kind}/:key`,
    `update${sdkName(kind)}Column`,
    writeColumns,
    columns.updateColumn,
  ),
]);

const ping = (): Answer => ({ status: 200, text: 'Pong!' });
const version = ({ core }: Call): Answer => ({ status: 200, body: { version: core.settings.version } });

/** Every route that is here, the literal ones before those with parameters. */
export const routes: readonly Route[] = [
  to('GET /v1/ping', 'ping', ['global'], ping),
  to('GET /v1/health/version', 'healthVersion', ['public', 'health.read'], version),
  to(`POST ${root}/transactions`, 'createTransaction', writeTransactions, transactions.createTransaction),
  to(`GET ${transaction}`, 'getTransaction', readTransactions, transactions.getTransaction),
  to(`PATCH ${transaction}`, 'updateTransaction', writeTransactions, transactions.updateTransaction),
  to(`DELETE ${transaction}`, 'deleteTransaction', writeTransactions, transactions.deleteTransaction),
  to(`POST ${transaction}/operations`, 'createOperations', writeTransactions, transactions.createOperations),
  to(`GET ${root}`, 'list', ['databases.read'], databases.allDatabases),
  to(`POST ${root}`, 'create', ['databases.write'], databases.createDatabase),
  to(`GET ${database}`, 'get', ['databases.read'], databases.getDatabase),
  to(`PUT ${database}`, 'update', ['databases.write'], databases.updateDatabase),
  to(`DELETE ${database}`, 'delete', ['databases.write'], databases.deleteDatabase),
  to(`GET ${database}/tables`, 'listTables', readTables, tables.allTables),
  to(`POST ${database}/tables`, 'createTable', writeTables, tables.createTable),
  to(`GET ${table}`, 'getTable', readTables, tables.getTable),
  to(`PUT ${table}`, 'updateTable', writeTables, tables.updateTable),
  to(`DELETE ${table}`, 'deleteTable', writeTables, tables.deleteTable),
  ...columnRoutes,
  to(`GET ${table}/columns`, 'listColumns', readColumns, columns.allColumns),
  to(`GET ${table}/columns/:key`, 'getColumn', readColumns, columns.getColumn),
  to(`DELETE ${table}/columns/:key`, 'deleteColumn', writeColumns, columns.deleteColumn),
  to(`GET ${table}/indexes`, 'listIndexes', readIndexes, indexes.allIndexes),
  to(`POST ${table}/indexes`, 'createIndex', writeIndexes, indexes.createIndex),
  to(`GET ${table}/indexes/:key`, 'getIndex', readIndexes, indexes.getIndex),
  to(`DELETE ${table}/indexes/:key`, 'deleteIndex', writeIndexes, indexes.deleteIndex),
  to(`GET ${table}/rows`, 'listRows', readRows, rows.listRows),
  to(`POST ${table}/rows`, 'createRows', writeRows, createMany, 120),
  to(`PUT ${table}/rows`, 'upsertRows', writeRows, upsertMany, 120),
  to(`DELETE ${table}/rows`, 'deleteRows', writeRows, deleteMany, 60),
  to(`GET ${table}/rows/:rowId`, 'getRow', readRows, rows.getRow),
  to(`PUT ${table}/rows/:rowId`, 'upsertRow', writeRows, rows.upsertRow, 120),
  to(`PATCH ${table}/rows/:rowId`, 'updateRow', writeRows, rows.patchRow, 120),
  to(`DELETE ${table}/rows/:rowId`, 'deleteRow', writeRows, rows.removeRow, 60),
];
