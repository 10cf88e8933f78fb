import * as checks from './checks.ts';
import type { ColumnType } from './column-types.ts';
import { isTextType } from './column-types.ts';
import { toStored } from './datetime.ts';
import { Refusal } from './errors.ts';
import type { Json } from './json.ts';
import { filterValues, type Query, type QueryPlan } from './query.ts';
import type { RowTable } from './row-table.ts';

/** A query takes at most so many values. */
export const mostValues = 500;

const ownTypes: ReadonlyMap<string, ColumnType> = new Map([
  ['$id', 'string'],
  ['$sequence', 'bigint'],
  ['$createdAt', 'datetime'],
  ['$updatedAt', 'datetime'],
]);

const refuse = (message: string): never => {
  throw new Refusal('general_query_invalid', `Invalid query: ${message}`);
};

/** The type of a column, or of what every row has; refuses what the table lacks. */
export function typeIn({ columns }: RowTable, attribute: string): ColumnType {
  const type = ownTypes.get(attribute) ?? columns.find(({ key }) => key === attribute)?.type;
  return type ?? refuse(`Attribute not found in schema: ${attribute}`);
}

function fits(type: ColumnType, value: Json): boolean {
  if (isTextType(type)) return typeof value === 'string';
  switch (type) {
    case 'datetime':
      return typeof value === 'string' && toStored(value) !== null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'double':
      return checks.float.accepts(value);
    default:
      return checks.integer.accepts(value);
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function checkFilter(opened: RowTable, { method, attribute, values, nested }: Query): void {
  if (method === 'and' || method === 'or') {
    if (nested.length < 2) refuse(`${capital(method)} queries require at least two queries`);
    for (const query of nested) {
      if (!filterValues.has(query.method) && query.nested.length === 0) {
        refuse(`${capital(method)} queries can only contain filter queries`);
      }
      checkFilter(opened, query);
    }
    return;
  }
  const wanted = filterValues.get(method);
  if (wanted === 'some' && values.length === 0)
    refuse(`${capital(method)} queries require at least one value.`);
  if (wanted === 1 && values.length !== 1) refuse(`${capital(method)} queries require exactly one value.`);
  if (wanted === 2 && values.length !== 2) refuse(`${capital(method)} queries require exactly two values.`);
  const type = typeIn(opened, attribute);
  if (values.length > mostValues) {
    refuse(`Query on attribute has greater than ${mostValues} values: ${attribute}`);
  }
  if (!values.every((value) => fits(type, value)))
    refuse(`Query value is invalid for attribute "${attribute}"`);
}

/** Refuses queries that do not fit the table. */
export function checkPlan(opened: RowTable, { filters, orders, cursor, select }: QueryPlan): void {
  for (const filter of filters) checkFilter(opened, filter);
  for (const { attribute } of orders) typeIn(opened, attribute);
  for (const attribute of select ?? []) {
    if (!attribute.startsWith('$') && attribute !== '*') typeIn(opened, attribute);
  }
  if (cursor && !checks.uid.accepts(cursor.id)) refuse(`Invalid cursor: ${checks.uid.says}`);
}
