/** A JSON value as Appwrite holds it: an integer that a number cannot hold exactly is a bigint. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

interface SourceJson {
  parse(text: string, reviver: (key: string, value: Json, context: { source?: string }) => Json): Json;
  stringify(value: Json, replacer: (key: string, value: Json) => unknown): string;
  rawJSON(text: string): unknown;
}

// TypeScript does not know yet what Node 24 does: revivers see the source text, numbers can be written raw.
const json = JSON as unknown as SourceJson;

const integer = /^-?\d+$/;
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Parses JSON; integers past 2^53 stay exact as bigint while they fit 64 bits. Throws on malformed text. */
export function parseJson(text: string): Json {
  return json.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    if (source === undefined || !integer.test(source)) return value;
    const exact = BigInt(source);
    return exact < int64.min || exact > int64.max ? value : exact;
  });
}

/** Writes JSON with bigint values as plain numbers. */
export function stringifyJson(value: Json): string {
  return json.stringify(value, (_key, part) =>
    typeof part === 'bigint' ? json.rawJSON(String(part)) : part,
  );
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in words: a text as it is, the rest as JSON. */
export function inWords(value: Json | undefined): string {
  return typeof value === 'string' ? value : stringifyJson(value ?? null);
}

export function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

/** True for whole numbers: what PHP decodes as an int. */
export function isInteger(value: Json | undefined): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}
