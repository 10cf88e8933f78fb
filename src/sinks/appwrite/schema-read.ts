import { z } from 'zod';
import type { Appwrite } from './client.ts';
import { AppwriteError } from './errors.ts';

const limit = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
const part = { key: z.string(), type: z.string(), status: z.string() };

const table = z.object({
  $permissions: z.array(z.string()),
  name: z.string(),
  columns: z.array(
    z.object({
      ...part,
      required: z.boolean(),
      array: z.boolean().default(false),
      size: limit,
      min: limit,
      max: limit,
      format: z.string().default(''),
    }),
  ),
  indexes: z.array(z.object({ ...part, columns: z.array(z.string()) })),
});

/** A table as Appwrite tells of it. */
export type ExistingTable = Omit<z.infer<typeof table>, '$permissions'> & { readonly permissions: string[] };
export type ExistingColumn = ExistingTable['columns'][number];

/**
 * Reads a table's definition; null when there is none.
 * @throws AppwriteError
 */
export async function readTable(appwrite: Appwrite, tableId: string): Promise<ExistingTable | null> {
  const { databaseId } = appwrite;
  try {
    const answer = await appwrite.ask((tables) => tables.getTable({ databaseId, tableId }));
    const parsed = table.safeParse(answer);
    if (!parsed.success)
      throw new AppwriteError('misdirected', `The definition of ${tableId} cannot be understood.`);
    const { $permissions: permissions, ...rest } = parsed.data;
    return { ...rest, permissions };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Whether the database is there. */
export async function hasDatabase(appwrite: Appwrite): Promise<boolean> {
  const { databaseId } = appwrite;
  try {
    await appwrite.ask((tables) => tables.get({ databaseId }));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof AppwriteError && /^(database|table)_not_found$/.test(error.type);
}
