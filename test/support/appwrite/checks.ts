import { Refusal } from './errors.ts';
import { isInteger, isObject, type Json, type JsonObject } from './json.ts';

/** What a parameter must be, and the server's words for it. */
export interface Check<T extends Json> {
  readonly says: string;
  readonly accepts: (value: Json) => value is T;
}

const group = (value: number): string => value.toLocaleString('en-US');

const isId = (value: Json, longest = 36): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value) && value.length <= longest;

const keyRule =
  "Parameter must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen, and underscore. Can't start with a special char";

/** The id of something that exists. */
export const uid: Check<string> = {
  says: "UID must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, and underscore. Can't start with a leading underscore",
  accepts: (value): value is string => isId(value),
};

/** The key of a column or an index. */
export const key: Check<string> = { says: keyRule, accepts: (value): value is string => isId(value) };

/** A column of a table or of every row. */
export const anyKey: Check<string> = {
  says: keyRule,
  accepts: (value): value is string =>
    typeof value === 'string' && (isId(value) || ['$id', '$createdAt', '$updatedAt'].includes(value)),
};

/** The id of something new. */
export const customId: Check<string> = {
  says: keyRule,
  accepts: (value): value is string => value === 'unique()' || isId(value),
};

/** Text of at most so many characters, 0 for any number. */
export function text(most: number, least = 1): Check<string> {
  const atLeast = least === 0 ? '' : ` and at least ${least} chars`;
  const atMost = most === 0 ? '' : ` and no longer than ${most} chars`;
  return {
    says: `Value must be a valid string${atLeast}${atMost}`,
    accepts: (value): value is string => {
      if (typeof value !== 'string') return false;
      const length = Array.from(value).length;
      return length >= least && (most === 0 || length <= most);
    },
  };
}

export const boolean: Check<boolean> = {
  says: 'Value must be a valid boolean',
  accepts: (value): value is boolean => typeof value === 'boolean',
};

export const integer: Check<number | bigint> = {
  says: 'Value must be a valid signed 64-bit integer between -9,223,372,036,854,775,808 and 9,223,372,036,854,775,807',
  accepts: (value): value is number | bigint => isInteger(value),
};

export const float: Check<number | bigint> = {
  says: 'Value must be a valid float',
  accepts: (value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint',
};

export function range(least: number, most: number): Check<number> {
  return {
    says: `Value must be a valid range between ${group(least)} and ${group(most)}`,
    accepts: (value): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
  };
}

export function oneOf(...values: string[]): Check<string> {
  return {
    says: `Value must be one of (${values.join(', ')})`,
    accepts: (value): value is string => typeof value === 'string' && values.includes(value),
  };
}

export const object: Check<JsonObject> = {
  says: 'Value must be a valid JSON string',
  accepts: (value): value is JsonObject => isObject(value),
};

export function nullable<T extends Json>({ says, accepts }: Check<T>): Check<T | null> {
  return {
    says: `${says} or null`,
    accepts: (value): value is T | null => value === null || accepts(value),
  };
}

export function list<T extends Json>({ says, accepts }: Check<T>, most: number): Check<T[]> {
  return {
    says: `Value must a valid array no longer than ${most} items and ${says}`,
    accepts: (value): value is T[] =>
      Array.isArray(value) && value.length <= most && value.every((item) => accepts(item)),
  };
}

/** A parameter that must be there. */
export function must<T extends Json>(input: JsonObject, name: string, check: Check<T>): T {
  const value = input[name];
  if (value === undefined) throw new Refusal('general_argument_invalid', `Param "${name}" is not optional.`);
  return valid(name, value, check);
}

/** A parameter that may be missing, or null, which is the same. */
export function may<T extends Json, F>(input: JsonObject, name: string, check: Check<T>, fallback: F): T | F {
  const value = input[name] ?? null;
  return value === null ? fallback : valid(name, value, check);
}

function valid<T extends Json>(name: string, value: Json, { says, accepts }: Check<T>): T {
  if (accepts(value)) return value;
  throw new Refusal('general_argument_invalid', `Invalid \`${name}\` param: ${says}`);
}
