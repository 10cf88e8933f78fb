import type { Section } from './snapshots-fields.ts';
import { documentOf } from './snapshots-recorded.ts';
import type { Json, JsonObject } from './snapshots.ts';

/** A schema of the feed's OpenAPI document, as far as it is used there. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Its named schemas; null where the document is missing. */
export function readSchemas(): ReadonlyMap<string, Schema> | null {
  const document = documentOf('tab-nz/openapi.json') as {
    components: { schemas: Record<string, Schema> };
  } | null;
  return document && new Map(Object.entries(document.components.schemas));
}

/** The name of the schema that a property, or each item of its list, refers to. */
export function partOf(schema: Schema): string | null {
  return (schema.$ref ?? schema.items?.$ref)?.split('/').at(-1) ?? null;
}

/** The names of a schema and of all in it. */
export function reached(
  schemas: ReadonlyMap<string, Schema>,
  name: string,
  known = new Set<string>(),
): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const property of Object.values(schemas.get(name)?.properties ?? {})) {
    const part = partOf(property);
    if (part !== null) reached(schemas, part, known);
  }
  return known;
}

/** A value in a made response, and where the tables say that it goes. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  /** `Schema.property` that decides on it: its own, or that of the part kept whole that it is in. */
  readonly property: string;
  readonly columns: readonly string[];
}

/**
 * Makes an object in which every documented property has a value of its own, with one item in each list.
 * @param fields the tables, which every property must be in
 */
export function make(
  schemas: ReadonlyMap<string, Schema>,
  fields: ReadonlyMap<string, Section>,
  name: string,
): { readonly value: JsonObject; readonly leaves: readonly Leaf[] } {
  const leaves: Leaf[] = [];
  const build = (schema: Schema, leaf: Leaf, inside: string | null): Json => {
    if (schema.items) return [build(schema.items, { ...leaf, path: [...leaf.path, 0] }, inside)];
    const part = partOf(schema);
    if (part !== null) return object(part, leaf, inside);
    if (schema.type === 'object')
      return { name: build({ type: 'string' }, { ...leaf, path: [...leaf.path, 'name'] }, inside) };
    leaves.push(leaf);
    return scalar(schema, leaves.length);
  };
  const object = (named: string, leaf: Leaf, inside: string | null): JsonObject => {
    const made: JsonObject = {};
    for (const [key, schema] of Object.entries(schemas.get(named)?.properties ?? {})) {
      const path = [...leaf.path, key];
      const place = inside === named ? fields.get(named)?.get(key) : undefined;
      if (inside === named && place === undefined) throw new Error(`${named}.${key} is in no table`);
      made[key] =
        place === undefined
          ? build(schema, { ...leaf, path }, null)
          : build(schema, { path, property: `${named}.${key}`, columns: place.columns }, place.part);
    }
    return made;
  };
  return { value: object(name, { path: [], property: name, columns: [] }, name), leaves };
}

const day = 86_400_000;
const firstDay = Date.parse('2026-01-01T00:00:00Z');

function scalar({ type, format }: Schema, number: number): Json {
  if (format === 'date-time') return new Date(firstDay + number * day).toISOString();
  if (type === 'boolean') return true;
  return type === 'string' ? `text ${number}` : 10_000 + 10 * number;
}

/** Another value of the same type; another time is later than all that were made. */
export function another(value: Json): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value !== 'string') throw new Error('only scalars are changed');
  if (!/^\d{4}-/.test(value)) return `${value}, another`;
  return new Date(Date.parse(value) + 10_000 * day).toISOString();
}

/** The value at a path; undefined where the path ends before. */
export function at(value: Json | undefined, path: Leaf['path']): Json | undefined {
  return path.reduce<Json | undefined>(
    (place, key) => (place as Record<string | number, Json | undefined> | null | undefined)?.[key],
    value,
  );
}

/** The same with another value at a path; what lies beside the path is shared, not copied. */
export function changedAt<T extends Json | undefined>(value: T, [key, ...rest]: Leaf['path'], to: Json): T {
  if (key === undefined) return to as T;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? changedAt(item, rest, to) : item)) as T;
  }
  const object = value as JsonObject;
  return { ...object, [key]: changedAt(object[key], rest, to) } as T;
}
