import { findDatabase, listDatabases, listTables, rowsOf, type Database } from './catalog.ts';
import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import type { Answer, Call } from './core.ts';
import { storedTime, toAnswer } from './datetime.ts';
import { Refusal } from './errors.ts';
import { uniqueId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { page } from './page.ts';
import { isDuplicate, quoted } from './store.ts';

function answer({ id, name, created, updated, enabled }: Database): JsonObject {
  return {
    $id: id,
    name,
    $createdAt: toAnswer(created),
    $updatedAt: toAnswer(updated),
    enabled,
    type: 'tablesdb',
  };
}

const found = ({ core, input }: Call): Database =>
  findDatabase(core.store, must(input, 'databaseId', checks.uid));

export function createDatabase({ core, input }: Call): Answer {
  const asked = must(input, 'databaseId', checks.customId);
  const name = must(input, 'name', checks.text(128));
  const enabled = may(input, 'enabled', checks.boolean, true);
  const id = asked === 'unique()' ? uniqueId() : asked;
  const now = storedTime(Date.now());
  try {
    core.store
      .statement('INSERT INTO databases (id, name, enabled, created, updated) VALUES (?, ?, ?, ?, ?)')
      .run(id, name, enabled ? 1 : 0, now, now);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal('database_already_exists', id);
    throw error;
  }
  return { status: 201, body: answer(findDatabase(core.store, id)) };
}

export function getDatabase(call: Call): Answer {
  return { status: 200, body: answer(found(call)) };
}

export function allDatabases(call: Call): Answer {
  const { total, items } = page(call.input, listDatabases(call.core.store).map(answer), '$id');
  return { status: 200, body: { total, databases: items } };
}

export function updateDatabase(call: Call): Answer {
  const { core, input } = call;
  const { id, name } = found(call);
  core.store
    .statement('UPDATE databases SET name = ?, enabled = ?, updated = ? WHERE id = ?')
    .run(
      may(input, 'name', checks.text(128), name),
      may(input, 'enabled', checks.boolean, true) ? 1 : 0,
      storedTime(Date.now()),
      id,
    );
  return { status: 200, body: answer(findDatabase(core.store, id)) };
}

export function deleteDatabase(call: Call): Answer {
  const { store } = call.core;
  const database = found(call);
  store.atomic(() => {
    for (const table of listTables(store, database)) store.execute(`DROP TABLE ${quoted(rowsOf(table))}`);
    store.statement('DELETE FROM databases WHERE pk = ?').run(database.pk);
  });
  return { status: 204 };
}
