import type { Json } from './json.ts';

export type ColumnType =
  | 'string'
  | 'varchar'
  | 'text'
  | 'mediumtext'
  | 'longtext'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'boolean'
  | 'datetime';

/** A column as it was asked for. */
export interface ColumnDefinition {
  readonly key: string;
  readonly type: ColumnType;
  /** Characters of a text; bytes of an integer. */
  readonly size: number;
  readonly required: boolean;
  readonly default: Json;
  /** Limits of a number; null where none were asked for, as in an inline definition. */
  readonly min: Json;
  readonly max: Json;
  /** Values of an enum, which is a string otherwise. */
  readonly elements: readonly string[] | null;
}

/** Types that an inline definition in `createTable` may have on 1.9.6. */
export const inlineTypes: readonly string[] = [
  'string',
  'integer',
  'bigint',
  'double',
  'boolean',
  'datetime',
];

/** Bytes of the texts whose size is part of their type. */
export const textBytes = { text: 65_535, mediumtext: 16_777_215, longtext: 2_147_483_647 } as const;

export const stringLimit = 1_073_741_824;
export const varcharLimit = 16_381;
export const enumSize = 255;

/** A row may be this wide, and no index longer. */
export const rowBytesLimit = 65_535;
export const indexLengthLimit = 768;

/** Bytes of a row of a table without columns. */
const emptyRowBytes = 1067;

export function isTextType(type: ColumnType): boolean {
  return type === 'string' || type === 'varchar' || type in textBytes;
}

function bytesOf({ type, size }: ColumnDefinition): number {
  switch (type) {
    case 'string':
      return size > varcharLimit ? 20 : size * 4 + (size > 255 ? 2 : 1);
    case 'varchar':
      return size * 4 + (size > 255 ? 2 : 1);
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return 20;
    case 'integer':
      return size >= 8 ? 8 : 4;
    case 'bigint':
    case 'double':
      return 8;
    case 'boolean':
      return 1;
    case 'datetime':
      return 7;
  }
}

/** Bytes that a row of these columns takes, as the server reckons. */
export function rowBytes(columns: readonly ColumnDefinition[]): number {
  return columns.reduce((sum, column) => sum + bytesOf(column), emptyRowBytes);
}

/** The column of SQLite that holds it. Texts compare without case, as in MariaDB. */
export function sqlType(type: ColumnType): string {
  switch (type) {
    case 'integer':
    case 'bigint':
    case 'boolean':
      return 'INTEGER';
    case 'double':
      return 'REAL';
    default:
      return 'TEXT COLLATE NOCASE';
  }
}
