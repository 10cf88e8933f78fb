import type { AppwriteColumn, AppwriteIndex, AppwriteTable } from './appwrite-tables.ts';
import type { ExistingColumn, ExistingTable } from './schema-read.ts';

/** What a table lacks, and what stands in the way. */
export interface TablePlan {
  readonly table: AppwriteTable;
  /** Whether the table itself is not there. */
  readonly isNew: boolean;
  readonly columns: readonly AppwriteColumn[];
  readonly indexes: readonly AppwriteIndex[];
  /** Rights to read that it does not give yet. */
  readonly permissions: readonly string[];
  /** Names of columns and indexes that the server is still making. */
  readonly unfinished: readonly string[];
  /** Definitions that are there and would lose or refuse rows, one sentence each. Nothing changes them. */
  readonly conflicts: readonly string[];
}

/** Compares a table as it should be with the one that is there, if one is. */
export function planTable(
  table: AppwriteTable,
  existing: ExistingTable | null,
  permissions: readonly string[],
): TablePlan {
  const { columns, indexes } = table;
  if (existing === null) {
    return { table, isNew: true, columns, indexes, permissions, unfinished: [], conflicts: [] };
  }
  const there = new Map(existing.columns.map((column) => [column.key, column]));
  const made = new Map(existing.indexes.map((index) => [index.key, index]));
  const parts = [...existing.columns, ...existing.indexes];
  return {
    table,
    isNew: false,
    columns: columns.filter(({ key }) => !there.has(key)),
    indexes: indexes.filter(({ key }) => !made.has(key)),
    permissions: permissions.filter((permission) => !existing.permissions.includes(permission)),
    unfinished: parts.filter(({ status }) => isUnfinished(status)).map(({ key }) => key),
    conflicts: [
      ...columns.flatMap((column) => columnConflict(table.id, column, there.get(column.key)) ?? []),
      ...foreignConflicts(table, existing),
      ...parts
        .filter(({ status }) => status === 'failed' || status === 'stuck')
        .map(brokenConflict(table.id)),
    ],
  };
}

/** Whether nothing has to be done for a table. */
export function isComplete(plan: TablePlan): boolean {
  const { isNew, columns, indexes, permissions, unfinished } = plan;
  return !isNew && [columns, indexes, permissions, unfinished].every(({ length }) => length === 0);
}

function isUnfinished(status: string): boolean {
  return status === 'processing' || status === 'deleting';
}

function brokenConflict(table: string): (part: { key: string; status: string }) => string {
  return ({ key, status }) => `${table}.${key} is ${status}: delete it in the console, and push again.`;
}

/** How a column that is there takes less than it has to. A wider one is as good. */
function columnConflict(
  table: string,
  wanted: AppwriteColumn,
  there: ExistingColumn | undefined,
): string | null {
  if (there === undefined) return null;
  const is = `${table}.${wanted.key} is`;
  if (there.array) return `${is} an array, and must hold one value.`;
  if (there.required && !wanted.required) return `${is} required, and rows may have none: make it optional.`;
  if (there.format !== '') return `${is} a ${there.format}, and must take any ${wanted.type}.`;
  if (!takes(wanted, there)) return `${is} ${described(there)}, and must be ${described(wanted)}.`;
  return null;
}

/** Bytes of texts whose size is part of their type; a character takes up to four. */
const textBytes: Readonly<Record<string, number>> = {
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
};

function takes({ type, size }: AppwriteColumn, there: ExistingColumn): boolean {
  switch (type) {
    case 'string': {
      const holds = textBytes[there.type];
      const isText = there.type === 'string' || there.type === 'varchar';
      return (isText ? (there.size ?? 0) : Math.floor((holds ?? 0) / 4)) >= (size ?? 0);
    }
    case 'bigint':
      // An `integer` without limits of its own may have 32 bits.
      if (there.type === 'integer' && there.max === null) return false;
      return (there.type === 'bigint' || there.type === 'integer') && spans(there, Number.MAX_SAFE_INTEGER);
    case 'double':
      return there.type === 'double' && spans(there, 1e300);
    default:
      return there.type === type;
  }
}

function spans({ min, max }: ExistingColumn, limit: number): boolean {
  return (min ?? -Infinity) <= -limit && (max ?? Infinity) >= limit;
}

function described({ type, size }: { type: string; size: number | null }): string {
  return size === null ? type : `${type} of ${size} characters`;
}

/** What somebody else added and what would refuse or lose rows. */
function foreignConflicts({ id, columns, indexes }: AppwriteTable, existing: ExistingTable): string[] {
  const own = new Set(columns.map(({ key }) => key));
  const wanted = new Map(indexes.map((index) => [index.key, index.columns.join()]));
  const demanded = existing.columns.filter(({ key, required }) => required && !own.has(key));
  const unique = existing.indexes.filter(({ type }) => type === 'unique');
  const others = existing.indexes.filter(
    ({ key, type, columns: over }) => type !== 'unique' && (wanted.get(key) ?? over.join()) !== over.join(),
  );
  return [
    ...demanded.map(
      ({ key }) => `${id}.${key} is required, and oddstream does not fill it: make it optional.`,
    ),
    ...unique.map(
      ({ key }) => `${id}.${key} is a unique index: rows would be lost without a word. Delete it.`,
    ),
    ...others.map(
      ({ key, columns: over }) =>
        `${id}.${key} is an index over ${over.join(', ')}, and must be one over ${wanted.get(key)}.`,
    ),
  ];
}
