import { existsSync } from 'node:fs';
import type { Appwrite } from '../sinks/appwrite/client.ts';
import { openAppwrite } from '../sinks/appwrite/client.ts';
import { AppwriteError } from '../sinks/appwrite/errors.ts';
import { advice } from '../sinks/appwrite/advice.ts';
import { estimate } from '../sinks/appwrite/estimate.ts';
import type { Estimate } from '../sinks/appwrite/estimate.ts';
import { isComplete } from '../sinks/appwrite/schema-plan.ts';
import type { TablePlan } from '../sinks/appwrite/schema-plan.ts';
import { SchemaError, planSchema, pushSchema } from '../sinks/appwrite/schema-push.ts';
import type { SchemaPlan } from '../sinks/appwrite/schema-push.ts';
import { openReader } from '../journal/reader.ts';
import { volume } from '../journal/volume.ts';
import type { Volume } from '../journal/volume.ts';
import { requireAppwrite } from '../app/settings/appwrite-settings.ts';
import type { AppwriteSettings } from '../app/settings/appwrite-settings.ts';
import { defaultJournal } from './default-journal.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError } from '../app/errors.ts';
import type { CommonOptions } from './common-options.ts';
import { readSettings } from '../app/settings/settings.ts';
import type { Settings } from '../app/settings/settings.ts';
import { printLines } from '../app/terminal.ts';

/**
 * `oddstream schema plan`
 * @throws CommandError when a definition that is there stands in the way
 */
export async function schemaPlanCommand(options: CommonOptions): Promise<void> {
  const settings = readSettings(loadEnvironment());
  const appwrite = requireAppwrite(settings);
  const plan = await connected(appwrite, (opened) => planSchema(opened, schemaOf(appwrite)));
  printLines(...describePlan(plan, appwrite));
  printLines(...describeEstimate(estimate(appwrite.selection, measured(options, settings)), settings));
  const conflicts = plan.tables.flatMap((table) => table.conflicts);
  if (conflicts.length > 0) throw new CommandError(conflicts.join('\n'));
}

/**
 * `oddstream schema push`
 * @throws CommandError when it could not be completed
 */
export async function schemaPushCommand(): Promise<void> {
  const appwrite = requireAppwrite(readSettings(loadEnvironment()));
  let made = 0;
  await connected(appwrite, (opened) =>
    pushSchema(opened, schemaOf(appwrite), (line) => {
      made++;
      printLines(line);
    }),
  );
  printLines(
    made === 0 ? 'Nothing to add: the database has everything.' : 'The database has everything now.',
  );
}

async function connected<T>(
  { access }: AppwriteSettings,
  work: (appwrite: Appwrite) => Promise<T>,
): Promise<T> {
  const appwrite = openAppwrite(access);
  try {
    return await work(appwrite);
  } catch (error) {
    if (error instanceof SchemaError) throw new CommandError(error.message, { cause: error });
    if (!(error instanceof AppwriteError)) throw error;
    const passing = `${error.message} Run it again: it goes on where it was.`;
    throw new CommandError(error.passes ? passing : schemaAdvice(error), { cause: error });
  } finally {
    await appwrite.close();
  }
}

function schemaAdvice(error: AppwriteError): string {
  if (error.type !== 'general_unauthorized_scope') return advice(error);
  return `${error.detail}: give the key the scopes databases, tables, columns and indexes, to read and to write.`;
}

function schemaOf({ selection, permissions }: AppwriteSettings) {
  return { tables: selection.map(({ table }) => table), permissions };
}

function describePlan({ hasDatabase, tables }: SchemaPlan, { access }: AppwriteSettings): string[] {
  const lines = tables.flatMap(describeTable);
  return [
    `Database ${access.databaseId} at ${access.endpoint}${hasDatabase ? '' : ' (is made)'}:`,
    ...(lines.length === 0 ? ['  has everything'] : lines),
  ];
}

function describeTable(plan: TablePlan): string[] {
  const { table, isNew, columns, indexes, permissions, unfinished, conflicts } = plan;
  const problems = conflicts.map((conflict) => `  ! ${conflict}`);
  if (isComplete(plan)) return problems;
  if (isNew) return [`  + ${table.id} (${table.name}): ${columns.length} columns, ${indexes.length} indexes`];
  return [
    ...columns.map(
      ({ key, type, size }) => `  + ${table.id}.${key}: ${type}${size === null ? '' : ` of ${size}`}`,
    ),
    ...indexes.map(({ key, columns: over }) => `  + ${table.id}.${key}: index over ${over.join(', ')}`),
    ...permissions.map((permission) => `  + ${table.id}: ${permission}`),
    ...unfinished.map((key) => `  … ${table.id}.${key}: the server is still making it`),
    ...problems,
  ];
}

/** Null without a journal, or with too little in it. */
function measured(options: CommonOptions, { countries, categories }: Settings): Volume | null {
  const file = options.db ?? defaultJournal();
  if (!existsSync(file)) return null;
  const reader = openReader(file);
  try {
    return reader.read((prepare) => volume(prepare, { countries, categories }));
  } finally {
    reader.close();
  }
}

function describeEstimate({ rows, total, basis }: Estimate, { countries, categories }: Settings): string[] {
  const lines = rows.map((table) => `  ${table.table.padEnd(20)} ${rounded(table.rows).padStart(12)}`);
  return [
    '',
    `Rows written in a month, for ${categories.join(',')} races in ${countries.join(',')}:`,
    ...lines,
    `  ${'in all'.padEnd(20)} ${rounded(total).padStart(12)}`,
    basis,
  ];
}

/** An estimate does not have more than two figures that mean anything. */
function rounded(count: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return (Math.round(count / step) * step).toLocaleString('en');
}
