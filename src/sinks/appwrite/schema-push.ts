import { setTimeout as wait } from 'node:timers/promises';
import type { TablesDB } from 'node-appwrite';
import { TablesDBIndexType } from 'node-appwrite';
import type { AppwriteColumn, AppwriteTable } from './appwrite-tables.ts';
import type { Appwrite } from './client.ts';
import { AppwriteError } from './errors.ts';
import { isComplete, planTable } from './schema-plan.ts';
import type { TablePlan } from './schema-plan.ts';
import { hasDatabase, readTable } from './schema-read.ts';

/** What a push cannot get past, as one sentence. */
export class SchemaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemaError';
  }
}

export interface SchemaOptions {
  readonly tables: readonly AppwriteTable[];
  /** Who may read the tables, as Appwrite writes it. */
  readonly permissions: readonly string[];
}

/** What the database lacks, table by table. */
export interface SchemaPlan {
  readonly hasDatabase: boolean;
  readonly tables: readonly TablePlan[];
}

/** @throws AppwriteError */
export async function planSchema(appwrite: Appwrite, options: SchemaOptions): Promise<SchemaPlan> {
  const exists = await hasDatabase(appwrite);
  const plans: TablePlan[] = [];
  for (const table of options.tables) {
    plans.push(planTable(table, exists ? await readTable(appwrite, table.id) : null, options.permissions));
  }
  return { hasDatabase: exists, tables: plans };
}

/** Real milliseconds before the first look at what the server is still making; each next wait is twice as long. */
const firstLookMs = 50;
const longestLookMs = 1_000;

/** Real milliseconds for which a table is waited for. */
const patienceMs = 300_000;

/**
 * Adds what the database lacks, and waits until it is there. Nothing is dropped or narrowed. It can be cut off
 * anywhere and run again: what is there by then is left as it is.
 *
 * @param progress told each thing that was made, as one line
 * @throws SchemaError when a definition that is there stands in the way: nothing is changed then
 * @throws AppwriteError
 */
export async function pushSchema(
  appwrite: Appwrite,
  options: SchemaOptions,
  progress: (line: string) => void,
): Promise<void> {
  const plan = await planSchema(appwrite, options);
  refuseConflicts(plan.tables);
  if (!plan.hasDatabase) {
    const { databaseId } = appwrite;
    await unlessThere(appwrite.ask((tables) => tables.create({ databaseId, name: databaseId })));
    progress(`database ${databaseId}: made`);
  }
  for (const { table } of plan.tables) await pushTable(appwrite, table, options.permissions, progress);
}

/** Looks, adds what lacks, and looks again until nothing does. */
async function pushTable(
  appwrite: Appwrite,
  table: AppwriteTable,
  permissions: readonly string[],
  progress: (line: string) => void,
): Promise<void> {
  const until = Date.now() + patienceMs;
  let lookMs = firstLookMs;
  for (;;) {
    const plan = planTable(table, await readTable(appwrite, table.id), permissions);
    refuseConflicts([plan]);
    if (isComplete(plan)) return;
    if (Date.now() > until) {
      const { unfinished } = plan;
      throw new SchemaError(
        `${table.id}: the server has not finished ${unfinished.join(', ')} in five minutes; run it again later.`,
      );
    }
    // An index can be made only on columns that are available.
    if (plan.unfinished.length === 0) {
      await advance(appwrite, plan, progress);
      lookMs = firstLookMs;
    } else {
      await wait(lookMs);
      lookMs = Math.min(2 * lookMs, longestLookMs);
    }
  }
}

function refuseConflicts(plans: readonly TablePlan[]): void {
  const conflicts = plans.flatMap((plan) => plan.conflicts);
  if (conflicts.length > 0) throw new SchemaError(conflicts.join('\n'));
}

/** Takes the next step of a table that is not complete. */
async function advance(appwrite: Appwrite, plan: TablePlan, progress: (line: string) => void): Promise<void> {
  const { table, isNew, columns, indexes, permissions } = plan;
  const at = { databaseId: appwrite.databaseId, tableId: table.id };
  if (isNew) {
    await unlessThere(
      appwrite.ask((tables) =>
        tables.createTable({
          ...at,
          name: table.name,
          permissions: [...permissions],
          rowSecurity: false,
          columns: columns.map(inlineColumn),
          indexes: indexes.map(({ key, columns: attributes }) => ({ key, type: 'key', attributes })),
        }),
      ),
    );
    progress(`${table.id}: made, ${columns.length} columns, ${indexes.length} indexes`);
  } else if (columns.length > 0) {
    for (const column of columns) {
      await unlessThere(appwrite.ask((tables) => createColumn(tables, at, column)));
      progress(`${table.id}.${column.key}: column added`);
    }
  } else if (indexes.length > 0) {
    for (const { key, columns: over } of indexes) {
      const index = { ...at, key, type: TablesDBIndexType.Key, columns: [...over] };
      await unlessThere(appwrite.ask((tables) => tables.createIndex(index)));
      progress(`${table.id}.${key}: index added`);
    }
  } else if (permissions.length > 0) {
    await allow(appwrite, at, table, permissions);
    progress(`${table.id}: readable as ${permissions.join(', ')}`);
  }
}

async function allow(
  appwrite: Appwrite,
  at: { databaseId: string; tableId: string },
  { name }: AppwriteTable,
  added: readonly string[],
): Promise<void> {
  const there = await readTable(appwrite, at.tableId);
  const permissions = [...(there?.permissions ?? []), ...added];
  await appwrite.ask((tables) => tables.updateTable({ ...at, name: there?.name ?? name, permissions }));
}

function inlineColumn({ key, type, size, required }: AppwriteColumn): object {
  return size === null ? { key, type, required } : { key, type, size, required };
}

function createColumn(
  tables: TablesDB,
  at: { databaseId: string; tableId: string },
  { key, type, size, required }: AppwriteColumn,
): Promise<unknown> {
  const column = { ...at, key, required };
  switch (type) {
    case 'bigint':
      return tables.createBigIntColumn(column);
    case 'double':
      return tables.createFloatColumn(column);
    case 'boolean':
      return tables.createBooleanColumn(column);
    case 'datetime':
      return tables.createDatetimeColumn(column);
    case 'string':
      // The one type of text that `createTable` takes too; the SDK would rather have several.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      return tables.createStringColumn({ ...column, size: size ?? 0 });
  }
}

/** Somebody may have made it meanwhile, or a run that was cut off: the next look compares. */
async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    const there = error instanceof AppwriteError && error.type.endsWith('_already_exists');
    const early = error instanceof AppwriteError && error.type === 'column_not_available';
    if (!there && !early) throw error;
    await wait(firstLookMs);
  }
}
