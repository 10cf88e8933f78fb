import * as checks from './checks.ts';
import { inlineTypes, stringLimit, type ColumnDefinition, type ColumnType } from './column-types.ts';
import { complaint, encode } from './column-values.ts';
import { Refusal } from './errors.ts';
import { inWords, type Json, type JsonObject } from './json.ts';

const refuse = (message: string): never => {
  throw new Refusal('general_argument_invalid', message);
};

function flag(definition: JsonObject, name: string, key: string): boolean {
  const value = definition[name] ?? false;
  return typeof value === 'boolean'
    ? value
    : refuse(`Invalid '${name}' value for attribute '${key}': must be a boolean`);
}

/** Bytes of an integer, characters of a string. */
function sizeOf(type: ColumnType, given: Json | undefined, key: string): number {
  if (given !== undefined && given !== null && !checks.integer.accepts(given)) {
    return refuse(`Invalid size for attribute '${key}': must be an integer`);
  }
  const size = Number(given ?? 0);
  if (type === 'string' && (size < 1 || size > stringLimit)) {
    return refuse(
      `Invalid or missing size for string attribute '${key}'. Size must be between 1 and ${stringLimit}`,
    );
  }
  return size;
}

function definitionOf(given: JsonObject, at: number): ColumnDefinition {
  const key = given.key ?? refuse(`Attribute at index ${at} is missing required field 'key'`);
  const type = given.type ?? refuse(`Attribute at index ${at} is missing required field 'type'`);
  if (!checks.key.accepts(key)) return refuse(`Invalid key for attribute at index ${at}: ${checks.key.says}`);
  if (typeof type !== 'string' || !inlineTypes.includes(type)) {
    return refuse(`Invalid type for attribute '${key}': ${inWords(type)}`);
  }
  if (flag(given, 'array', key)) throw new Refusal('general_not_implemented', 'The stand-in has no arrays.');
  const required = flag(given, 'required', key);
  const standard = given.default ?? null;
  if (required && standard !== null) {
    return refuse(`Attribute '${key}' cannot have a default value when required is true`);
  }
  const definition: ColumnDefinition = {
    key,
    type: type as ColumnType,
    size: sizeOf(type as ColumnType, given.size, key),
    required,
    default: standard,
    min: given.min ?? null,
    max: given.max ?? null,
    elements: null,
  };
  if (standard !== null && complaint(definition, encode(definition, standard)) !== null) {
    return refuse(`Default value for attribute '${key}' is invalid`);
  }
  return definition;
}

/** The columns of `createTable`: fewer types than by requests of their own, and at once available. */
export function inlineColumns(given: readonly JsonObject[]): ColumnDefinition[] {
  const definitions = given.map(definitionOf);
  const keys = definitions.map(({ key }) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) refuse(`Duplicate attribute key: ${twice}`);
  return definitions;
}
