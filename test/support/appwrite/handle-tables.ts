import {
  findDatabase,
  findTable,
  listColumns,
  listIndexes,
  listTables,
  rowsOf,
  type Table,
} from './catalog.ts';
import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import { rowBytes, rowBytesLimit } from './column-types.ts';
import type { Answer, Call } from './core.ts';
import { storedTime } from './datetime.ts';
import { Refusal } from './errors.ts';
import { uniqueId } from './ids.ts';
import { inlineColumns } from './inline-columns.ts';
import { inlineIndexes } from './index-rules.ts';
import type { JsonObject } from './json.ts';
import { page } from './page.ts';
import { expand, permissions } from './permissions.ts';
import { tableAnswer } from './schema-answers.ts';
import { addColumn, addIndex, atOnce, createRowsTable } from './schema-writes.ts';
import { isDuplicate, quoted } from './store.ts';

export function tableOf({ core, input }: Call): Table {
  return findTable(core.store, must(input, 'databaseId', checks.uid), must(input, 'tableId', checks.uid));
}

function whole({ core }: Call, table: Table): JsonObject {
  return tableAnswer(table, listColumns(core.store, table), listIndexes(core.store, table));
}

function put({ core, input }: Call, databaseId: string): Table {
  const { store } = core;
  const asked = must(input, 'tableId', checks.customId);
  const name = must(input, 'name', checks.text(128));
  const given = may(input, 'permissions', permissions, []);
  const rowSecurity = may(input, 'rowSecurity', checks.boolean, false);
  const enabled = may(input, 'enabled', checks.boolean, true);
  const database = findDatabase(store, databaseId);
  const id = asked === 'unique()' ? uniqueId() : asked;
  const now = storedTime(Date.now());
  try {
    store
      .statement(
        `INSERT INTO tables (database, seq, id, name, enabled, row_security, permissions, created, updated)
         VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM tables WHERE database = ?), ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        database.pk,
        database.pk,
        id,
        name,
        enabled ? 1 : 0,
        rowSecurity ? 1 : 0,
        JSON.stringify(expand(given, 'table')),
        now,
        now,
      );
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal('table_already_exists', id);
    throw error;
  }
  return findTable(store, databaseId, id);
}

/** All of it or nothing; what is inline is available at once, but the answer does not tell of it. */
export function createTable(call: Call): Answer {
  const { core, input } = call;
  const databaseId = must(input, 'databaseId', checks.uid);
  const columnList = may(input, 'columns', checks.list(checks.object, 100), []);
  const indexList = may(input, 'indexes', checks.list(checks.object, 100), []);
  const table = core.store.atomic(() => {
    const created = put(call, databaseId);
    const columns = inlineColumns(columnList);
    const indexes = inlineIndexes(indexList, columns);
    if (rowBytes(columns) > rowBytesLimit) throw new Refusal('table_limit_exceeded', created.id);
    createRowsTable(core.store, created);
    for (const column of columns) addColumn(core.store, created, column, atOnce);
    for (const index of indexes) addIndex(core.store, created, index, atOnce);
    return created;
  });
  return { status: 201, body: tableAnswer(table, [], []) };
}

export function getTable(call: Call): Answer {
  return { status: 200, body: whole(call, tableOf(call)) };
}

export function allTables(call: Call): Answer {
  const { core, input } = call;
  const database = findDatabase(core.store, must(input, 'databaseId', checks.uid));
  const tables = listTables(core.store, database).map((table) => whole(call, table));
  const { total, items } = page(input, tables, '$id');
  return { status: 200, body: { total, tables: items } };
}

export function updateTable(call: Call): Answer {
  const { core, input } = call;
  const table = tableOf(call);
  core.store
    .statement(
      'UPDATE tables SET name = ?, permissions = ?, row_security = ?, enabled = ?, updated = ? WHERE pk = ?',
    )
    .run(
      may(input, 'name', checks.text(128), table.name),
      JSON.stringify(expand(may(input, 'permissions', permissions, [...table.permissions]), 'table')),
      may(input, 'rowSecurity', checks.boolean, false) ? 1 : 0,
      may(input, 'enabled', checks.boolean, true) ? 1 : 0,
      storedTime(Date.now()),
      table.pk,
    );
  return { status: 200, body: whole(call, tableOf(call)) };
}

export function deleteTable(call: Call): Answer {
  const { store } = call.core;
  const table = tableOf(call);
  store.atomic(() => {
    store.execute(`DROP TABLE ${quoted(rowsOf(table))}`);
    store.statement('DELETE FROM tables WHERE pk = ?').run(table.pk);
  });
  return { status: 204 };
}
