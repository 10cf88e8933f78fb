import { Refusal } from './errors.ts';
import { inWords, isObject, parseJson, type Json } from './json.ts';

/** A query as the SDK writes it, parsed. */
export interface Query {
  readonly method: string;
  readonly attribute: string;
  readonly values: readonly Json[];
  /** Of `and` and `or`. */
  readonly nested: readonly Query[];
}

export interface Order {
  readonly attribute: string;
  readonly descending: boolean;
}

/** All queries of a request, by what they do. */
export interface QueryPlan {
  readonly filters: readonly Query[];
  readonly orders: readonly Order[];
  /** Null: not asked for. */
  readonly limit: number | null;
  readonly offset: number;
  readonly cursor: { readonly id: string; readonly before: boolean } | null;
  /** Undefined: all columns. */
  readonly select?: readonly string[];
}

/** Methods of filters, with how many values each takes. */
export const filterValues: ReadonlyMap<string, 'some' | 0 | 1 | 2> = new Map<string, 'some' | 0 | 1 | 2>([
  ['equal', 'some'],
  ['contains', 'some'],
  ['containsAny', 'some'],
  ['notContains', 'some'],
  ['notEqual', 1],
  ['lessThan', 1],
  ['lessThanEqual', 1],
  ['greaterThan', 1],
  ['greaterThanEqual', 1],
  ['startsWith', 1],
  ['notStartsWith', 1],
  ['endsWith', 1],
  ['notEndsWith', 1],
  ['between', 2],
  ['notBetween', 2],
  ['isNull', 0],
  ['isNotNull', 0],
]);

const others = [
  'orderAsc',
  'orderDesc',
  'orderRandom',
  'limit',
  'offset',
  'cursorAfter',
  'cursorBefore',
  'select',
];

/** Items of a list when no limit is asked for. */
export const itemsOfAPage = 25;

const refuse = (message: string): never => {
  throw new Refusal('general_query_invalid', message);
};

function queryOf(value: Json): Query {
  if (!isObject(value)) return refuse('Invalid query. Must be an array, got string');
  const method = value.method ?? '';
  const logical = method === 'and' || method === 'or';
  if (typeof method !== 'string' || !(logical || filterValues.has(method) || others.includes(method))) {
    return refuse(`Invalid query method: ${inWords(method)}`);
  }
  const attribute = value.attribute ?? '';
  const values = value.values ?? [];
  if (typeof attribute !== 'string') return refuse('Invalid query attribute. Must be a string, got array');
  if (!Array.isArray(values)) return refuse('Invalid query values. Must be an array, got string');
  return { method, attribute, values, nested: logical ? values.map(queryOf) : [] };
}

function parsed(text: string): Query {
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    return refuse('Invalid query: Syntax error');
  }
  return queryOf(value);
}

function whole<F>(query: Query | undefined, least: number, fallback: F): number | F {
  if (!query) return fallback;
  const value = Number(query.values[0] ?? NaN);
  if (!Number.isInteger(value))
    return refuse(`Invalid query: Invalid ${query.method}: Value must be a valid number`);
  if (value < least) {
    return refuse(
      `Invalid query: Invalid ${query.method}: Value must be a valid range between ${least} and 9,223,372,036,854,775,807`,
    );
  }
  return value;
}

/** Sorts the queries of a request out. Whether they fit a table is not asked here. */
export function planOf(texts: readonly string[]): QueryPlan {
  const queries = texts.map(parsed);
  const first = (...methods: string[]) => queries.find(({ method }) => methods.includes(method));
  const cursor = first('cursorAfter', 'cursorBefore');
  const select = first('select')?.values.map(inWords);
  return {
    filters: queries.filter(({ method }) => !others.includes(method)),
    orders: queries
      .filter(({ method }) => method === 'orderAsc' || method === 'orderDesc')
      .map(({ method, attribute }) => ({
        attribute: attribute || '$sequence',
        descending: method === 'orderDesc',
      })),
    limit: whole(first('limit'), 1, null),
    offset: whole(first('offset'), 0, 0),
    cursor: cursor ? { id: inWords(cursor.values[0]), before: cursor.method === 'cursorBefore' } : null,
    ...(select ? { select } : {}),
  };
}
