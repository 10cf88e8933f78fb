import * as checks from './checks.ts';
import { textBytes, type ColumnDefinition } from './column-types.ts';
import { toAnswer, toStored } from './datetime.ts';
import { isInteger, type Json } from './json.ts';

type Cell = null | number | bigint | string | Uint8Array;

const dateRule = 'Value must be valid date between 1000-01-01 00:00:00 and 9999-12-31 23:59:59.';
const storedShape = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/;

const int32: checks.Check<number> = {
  says: 'Value must be a valid signed 32-bit integer between -2,147,483,648 and 2,147,483,647',
  accepts: (value): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31,
};

function bytes(most: number): checks.Check<string> {
  return {
    says: `Value must be a valid string no longer than ${most} bytes`,
    accepts: (value): value is string => typeof value === 'string' && Buffer.byteLength(value) <= most,
  };
}

const storedDate: checks.Check<string> = {
  says: dateRule,
  accepts: (value): value is string => typeof value === 'string' && storedShape.test(value),
};

function typeCheck({ type, size }: ColumnDefinition): checks.Check<Json> {
  switch (type) {
    case 'string':
    case 'varchar':
      return checks.text(size, 0);
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return bytes(textBytes[type]);
    case 'integer':
      return size >= 8 ? checks.integer : int32;
    case 'bigint':
      return checks.integer;
    case 'double':
      return checks.float;
    case 'boolean':
      return checks.boolean;
    case 'datetime':
      return storedDate;
  }
}

function formatCheck({ min, max, elements }: ColumnDefinition): checks.Check<Json> | null {
  if (elements) return checks.oneOf(...elements);
  if (min === null && max === null) return null;
  const [least, most] = [Number(min ?? -Infinity), Number(max ?? Infinity)];
  return {
    says: `Value must be a valid range between ${least.toLocaleString('en-US')} and ${most.toLocaleString('en-US')}`,
    accepts: (value): value is Json => Number(value) >= least && Number(value) <= most,
  };
}

/** What is wrong with a value of a column, in the server's words; null when nothing is. Times as stored. */
export function complaint(column: ColumnDefinition, value: Json): string | null {
  if (value === null && !column.required) return null;
  const format = formatCheck(column);
  const broken = [typeCheck(column), format].find((check) => check !== null && !check.accepts(value));
  if (!broken) return null;
  return `Attribute "${column.key}" has invalid ${format ? 'format' : 'type'}. ${broken.says}`;
}

/** A value as it is kept: a time in its stored form, what is no time as it is, to be complained about. */
export function encode({ type, default: standard }: ColumnDefinition, value: Json): Json {
  const given = value ?? standard;
  return type === 'datetime' && typeof given === 'string' ? (toStored(given) ?? given) : given;
}

/** A kept value as it is answered. */
export function decode({ type }: ColumnDefinition, value: Json): Json {
  return type === 'datetime' && typeof value === 'string' ? toAnswer(value) : value;
}

/** A kept value as SQLite takes it. */
export function toCell(value: Json): null | number | bigint | string {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? null : value;
}

/** A value of SQLite as it is kept. */
export function fromCell({ type }: ColumnDefinition, cell: Cell | undefined): Json {
  if (cell === null || cell === undefined || cell instanceof Uint8Array) return null;
  if (type === 'boolean') return Number(cell) !== 0;
  if (typeof cell !== 'bigint') return cell;
  return isInteger(Number(cell)) ? Number(cell) : cell;
}
