import { currentDigest, resultDigest } from './baseline.ts';
import type { Extra } from './snapshot.ts';
import { plainStatus } from './status.ts';

/** A value as it is told: what is no scalar as JSON. */
export type Told = string | number | boolean | null;

/** A field that the source serves otherwise than it is stored. */
export interface FieldDifference {
  /** Null for what is the race's, or of those not in the field. */
  readonly entrantId: string | null;
  /** `table.column`, with what tells the row apart where a table has several for a race or an entrant. */
  readonly field: string;
  readonly stored: Told;
  readonly served: Told;
}

/** When and by whose clock a row was written is not served. */
const notServed: ReadonlySet<string> = new Set([
  ...['source_time', 'raw_extra', 'ended_at', 'settled_at', 'tote_start_time'],
]);

/** A row that is replaced when the source says something else. */
type CurrentRow = Readonly<Record<string, Told>> & { readonly raw_extra: string | null };

/** Column by column, and the properties of `raw_extra` one by one. */
export function rowDifferences(
  table: string,
  entrantId: string | null,
  stored: CurrentRow | null,
  served: CurrentRow,
): FieldDifference[] {
  const columns = Object.keys(served).filter((name) => !notServed.has(name));
  const differences = columns
    .map((name) => ({
      entrantId,
      field: `${table}.${name}`,
      stored: stored?.[name] ?? null,
      served: served[name] ?? null,
    }))
    .filter((one) => one.stored !== one.served && !isSameStatus(one));
  const extra = `${table}.raw_extra`;
  return [
    ...differences,
    ...extraDifferences(extra, entrantId, stored?.raw_extra ?? null, served.raw_extra ?? '{}'),
  ];
}

function isSameStatus({ field, stored, served }: FieldDifference): boolean {
  if (field !== 'races.status' || typeof stored !== 'string' || typeof served !== 'string') return false;
  return plainStatus(stored) === plainStatus(served);
}

/** Property by property; what the feed serves now in this order and now in that is the same. */
export function extraDifferences(
  field: string,
  entrantId: string | null,
  stored: string | null,
  served: string,
): FieldDifference[] {
  const before = JSON.parse(stored ?? '{}') as Extra;
  const now = JSON.parse(served) as Extra;
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names]
    .filter((name) => digestOf(name, before) !== digestOf(name, now))
    .map((name) => ({
      entrantId,
      field: `${field}.${name}`,
      stored: tellable(before[name]),
      served: tellable(now[name]),
    }));
}

function digestOf(name: string, extra: Extra): string {
  return currentDigest({}, name in extra ? { [name]: extra[name] } : {});
}

function tellable(value: unknown): Told {
  if (value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as Told);
}

/** The members of a list that another has not, whatever their order. */
export function without(list: readonly unknown[], other: readonly unknown[]): unknown[] {
  const digests = new Set(other.map((member) => resultDigest('', [member], [])));
  return list.filter((member) => !digests.has(resultDigest('', [member], [])));
}
