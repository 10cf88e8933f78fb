import type { Column } from './catalog.ts';
import { complaint } from './column-values.ts';
import { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';

/** Keys that every row has besides its columns. */
export const ownKeys: ReadonlySet<string> = new Set([
  '$id',
  '$sequence',
  '$collection',
  '$tenant',
  '$permissions',
  '$createdAt',
  '$updatedAt',
]);

/**
 * Refuses a row that does not fit its table. The error names the column, never the row: whoever sent a
 * hundred has to find out which.
 */
export function checkStructure(columns: readonly Column[], row: JsonObject): void {
  const missing = columns.find(({ key, required }) => required && (row[key] ?? null) === null);
  if (missing) throw new Refusal('row_invalid_structure', `Missing required attribute "${missing.key}"`);
  const known = new Map(columns.map((column) => [column.key, column]));
  const unknown = Object.keys(row).find((key) => !known.has(key) && !ownKeys.has(key));
  if (unknown !== undefined) throw new Refusal('row_invalid_structure', `Unknown attribute: "${unknown}"`);
  if (typeof row.$id === 'string' && row.$id.length > 255) {
    throw new Refusal(
      'row_invalid_structure',
      'Attribute "$id" has invalid type. Value must be a valid string and no longer than 255 chars',
    );
  }
  for (const [key, value] of Object.entries(row)) {
    const column = known.get(key);
    const wrong = column ? complaint(column, value) : null;
    if (wrong !== null) throw new Refusal('row_invalid_structure', wrong);
  }
}
