import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import {
  enumSize,
  stringLimit,
  textBytes,
  varcharLimit,
  type ColumnDefinition,
  type ColumnType,
} from './column-types.ts';
import { Refusal } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Last part of the path of each kind of column, and the type that it makes. */
export const columnKinds: Readonly<Record<string, ColumnType>> = {
  string: 'string',
  varchar: 'varchar',
  text: 'text',
  mediumtext: 'mediumtext',
  longtext: 'longtext',
  integer: 'integer',
  bigint: 'bigint',
  float: 'double',
  boolean: 'boolean',
  datetime: 'datetime',
  enum: 'string',
};

/** Limits that a number has unless told otherwise: unlike an inline one it always has some. */
function limits(type: ColumnType, input: JsonObject): { min: Json; max: Json } {
  if (type === 'integer' || type === 'bigint') {
    return {
      min: may(input, 'min', checks.integer, int64.min),
      max: may(input, 'max', checks.integer, int64.max),
    };
  }
  if (type !== 'double') return { min: null, max: null };
  return {
    min: may(input, 'min', checks.float, -Number.MAX_VALUE),
    max: may(input, 'max', checks.float, Number.MAX_VALUE),
  };
}

function sizeOf(kind: string, input: JsonObject, max: Json): number {
  switch (kind) {
    case 'string':
      return must(input, 'size', checks.range(1, stringLimit));
    case 'varchar':
      return must(input, 'size', checks.range(1, varcharLimit));
    case 'enum':
      return enumSize;
    case 'integer':
      return Number(max) > 2_147_483_647 ? 8 : 4;
    case 'bigint':
      return 8;
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return textBytes[kind];
    default:
      return 0;
  }
}

/** The column that a request of its own asks for. */
export function columnOf(kind: string, input: JsonObject): ColumnDefinition {
  const type = columnKinds[kind] ?? 'string';
  const key = must(input, 'key', checks.key);
  const { min, max } = limits(type, input);
  const size = sizeOf(kind, input, max);
  const elements = kind === 'enum' ? must(input, 'elements', checks.list(checks.text(255), 100)) : null;
  const required = must(input, 'required', checks.boolean);
  if (may(input, 'array', checks.boolean, false)) {
    throw new Refusal('general_not_implemented', 'The stand-in has no arrays.');
  }
  if (min !== null && max !== null && Number(min) > Number(max)) {
    throw new Refusal('column_value_invalid', 'Minimum value must be lesser than maximum value');
  }
  return { key, type, size, required, default: input.default ?? null, min, max, elements };
}
