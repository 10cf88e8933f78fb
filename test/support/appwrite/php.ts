import type { Json, JsonObject } from './json.ts';

/** What PHP takes for a number when it stands in a string. */
const numeric = /^[ \t\n\r\v\f]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\v\f]*$/;
const integral = /^[ \t\n\r\v\f]*[+-]?\d+[ \t\n\r\v\f]*$/;

function truthy(value: Json): boolean {
  if (typeof value === 'string') return value !== '' && value !== '0';
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object') return value !== null && Object.keys(value).length > 0;
  return Boolean(value);
}

const isNumber = (value: Json): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

function sameNumbers(a: number | bigint, b: number | bigint): boolean {
  return typeof a === typeof b ? a === b : Number(a) === Number(b);
}

function sameStrings(a: string, b: string): boolean {
  if (!numeric.test(a) || !numeric.test(b)) return a === b;
  return integral.test(a) && integral.test(b)
    ? BigInt(a.trim()) === BigInt(b.trim())
    : Number(a) === Number(b);
}

function sameNumberAndString(number: number | bigint, text: string): boolean {
  return numeric.test(text) ? Number(text) === Number(number) : String(number) === text;
}

function sameMembers(a: Json[] | JsonObject, b: Json[] | JsonObject): boolean {
  const entries = Object.entries(a);
  const others = new Map<string, Json>(Object.entries(b));
  return (
    entries.length === others.size &&
    entries.every(([key, value]) => {
      const other = others.get(key);
      return other !== undefined && looselyEqual(value, other);
    })
  );
}

/**
 * PHP's `==` (PHP 8) of two JSON values. Appwrite compares a row of an upsert with the stored one by it, so
 * that 0, "", false and null are one value to it, and "1e3" and "1000" another.
 */
export function looselyEqual(a: Json, b: Json): boolean {
  if (typeof a === 'boolean' || typeof b === 'boolean') return truthy(a) === truthy(b);
  if (a === null || b === null) {
    const other = a ?? b;
    return typeof other === 'string' ? other === '' : !truthy(other);
  }
  if (typeof a === 'object' || typeof b === 'object') {
    return typeof a === 'object' && typeof b === 'object' && sameMembers(a, b);
  }
  if (isNumber(a)) return isNumber(b) ? sameNumbers(a, b) : sameNumberAndString(a, b);
  return isNumber(b) ? sameNumberAndString(b, a) : sameStrings(a, b);
}
