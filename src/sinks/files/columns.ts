import { tables } from '../../domain/tables.ts';
import type { ColumnType, Table, TableName } from '../../domain/tables.ts';

/** A column of an export. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A value as it is exported: times and JSON as text. */
export type ExportValue = string | number | boolean | null;

/** Values in the order of {@link columnsOf}. */
export type ExportRow = readonly ExportValue[];

/** What is exported of a table: `seq`, then its columns in their order. */
export function columnsOf(table: TableName): ExportColumn[] {
  const described: Table = tables[table];
  const columns = Object.entries(described.columns).map(([name, { type, nullable }]) => ({
    name,
    type,
    nullable,
  }));
  return [{ name: 'seq', type: 'integer', nullable: false }, ...columns];
}

/** Characters of a row's texts: what it takes in memory, more or less. */
export function charactersOf(row: ExportRow): number {
  return row.reduce<number>((sum, value) => (typeof value === 'string' ? sum + value.length : sum), 0);
}
