import { rowsOf } from './catalog.ts';
import { toCell } from './column-values.ts';
import type { Core } from './core.ts';
import { toStored } from './datetime.ts';
import { Refusal } from './errors.ts';
import { inWords, type Json } from './json.ts';
import { itemsOfAPage, type Order, type Query, type QueryPlan } from './query.ts';
import { typeIn } from './query-check.ts';
import { findRow, rowFrom, type Row, type RowTable } from './row-table.ts';
import { quoted } from './store.ts';

type Cell = null | number | bigint | string;

interface Condition {
  readonly sql: string;
  readonly cells: readonly Cell[];
}

const ownNames = new Map([
  ['$id', '_uid'],
  ['$sequence', '_id'],
]);

const nameOf = (attribute: string): string =>
  quoted(ownNames.get(attribute) ?? (attribute.startsWith('$') ? `_${attribute.slice(1)}` : attribute));

const escaped = (value: Json): string => inWords(value).replace(/[\\%_]/g, (found) => `\\${found}`);

/** Operators of filters that compare with each value alone. */
const comparisons: Readonly<Record<string, string>> = {
  equal: '=',
  notEqual: '<>',
  lessThan: '<',
  lessThanEqual: '<=',
  greaterThan: '>',
  greaterThanEqual: '>=',
};

/** Patterns of filters by parts of a text. */
const patterns: Readonly<Record<string, (value: Json) => string>> = {
  contains: (value) => `%${escaped(value)}%`,
  containsAny: (value) => `%${escaped(value)}%`,
  notContains: (value) => `%${escaped(value)}%`,
  startsWith: (value) => `${escaped(value)}%`,
  notStartsWith: (value) => `${escaped(value)}%`,
  endsWith: (value) => `%${escaped(value)}`,
  notEndsWith: (value) => `%${escaped(value)}`,
};

function conditionOf(opened: RowTable, { method, attribute, values, nested }: Query): Condition {
  if (nested.length > 0)
    return joined(
      nested.map((query) => conditionOf(opened, query)),
      method.toUpperCase(),
    );
  const name = nameOf(attribute);
  if (method === 'isNull') return { sql: `${name} IS NULL`, cells: [] };
  if (method === 'isNotNull') return { sql: `${name} IS NOT NULL`, cells: [] };
  const type = typeIn(opened, attribute);
  const cells = values.map((value) =>
    toCell(type === 'datetime' && typeof value === 'string' ? toStored(value) : value),
  );
  if (method === 'between' || method === 'notBetween') {
    return { sql: `${name} ${method === 'between' ? '' : 'NOT '}BETWEEN ? AND ?`, cells };
  }
  const operator = comparisons[method];
  if (operator !== undefined) {
    return joined(
      cells.map((cell) => ({ sql: `${name} ${operator} ?`, cells: [cell] })),
      'OR',
    );
  }
  const negated = method.startsWith('not');
  const like = values.map((value) => ({
    sql: `${name} ${negated ? 'NOT ' : ''}LIKE ? ESCAPE '\\'`,
    cells: [patterns[method]?.(value) ?? ''],
  }));
  return joined(like, negated ? 'AND' : 'OR');
}

function joined(conditions: readonly Condition[], by: string): Condition {
  return {
    sql: conditions.length === 0 ? '1' : `(${conditions.map(({ sql }) => sql).join(` ${by} `)})`,
    cells: conditions.flatMap(({ cells }) => cells),
  };
}

/** Rows after (or before) a row in this order; its values must not be null. */
function pastCursor(row: Row, orders: readonly Order[]): Condition {
  const valueOf = (attribute: string): Cell => {
    const value = row[attribute] ?? null;
    if (value === null) throw new Refusal('database_query_order_null', attribute);
    return toCell(value);
  };
  const steps = orders.map(({ attribute, descending }, step) => {
    const same = orders.slice(0, step).map((order) => ({
      sql: `${nameOf(order.attribute)} = ?`,
      cells: [valueOf(order.attribute)],
    }));
    const past = { sql: `${nameOf(attribute)} ${descending ? '<' : '>'} ?`, cells: [valueOf(attribute)] };
    return joined([...same, past], 'AND');
  });
  return joined(steps, 'OR');
}

/** The order that was asked for, made one of all rows; the other way round before a cursor. */
function ordersOf({ orders, cursor }: QueryPlan): Order[] {
  const complete = orders.some(({ attribute }) => attribute === '$id' || attribute === '$sequence')
    ? orders
    : [...orders, { attribute: '$sequence', descending: false }];
  return complete.map((order) =>
    cursor?.before === true ? { ...order, descending: !order.descending } : order,
  );
}

/** The rows that queries ask for. */
export function select(core: Core, opened: RowTable, plan: QueryPlan): Row[] {
  const orders = ordersOf(plan);
  const conditions = plan.filters.map((query) => conditionOf(opened, query));
  if (plan.cursor) {
    const row = findRow(core, opened, plan.cursor.id);
    if (!row) throw new Refusal('general_cursor_not_found', plan.cursor.id);
    conditions.push(pastCursor({ ...row, $sequence: BigInt(row.$sequence as string) }, orders));
  }
  const where = joined(conditions, 'AND');
  const by = orders.map(({ attribute, descending }) => `${nameOf(attribute)} ${descending ? 'DESC' : 'ASC'}`);
  const found = core.store
    .statement(
      `SELECT * FROM ${quoted(rowsOf(opened.table))} WHERE ${where.sql} ORDER BY ${by.join(', ')} LIMIT ? OFFSET ?`,
    )
    .all(...where.cells, plan.limit ?? itemsOfAPage, plan.offset)
    .map((cells) => rowFrom(opened, cells));
  return plan.cursor?.before === true ? found.reverse() : found;
}

/** A total is never told beyond this. */
const mostTotal = 5000;

/** How many rows the filters fit, on all pages; 5000 for any number beyond. */
export function count({ store }: Core, opened: RowTable, { filters }: QueryPlan): number {
  const where = joined(
    filters.map((query) => conditionOf(opened, query)),
    'AND',
  );
  const counted = store
    .statement(
      `SELECT count(*) AS n FROM (SELECT 1 FROM ${quoted(rowsOf(opened.table))} WHERE ${where.sql} LIMIT ${mostTotal})`,
    )
    .get(...where.cells);
  return Number(counted?.n);
}
