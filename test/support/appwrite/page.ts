import * as checks from './checks.ts';
import { may } from './checks.ts';
import { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';
import { itemsOfAPage, planOf } from './query.ts';

/**
 * A page of a list of databases, tables, columns or indexes: 25 items unless a limit is asked for, however many
 * there are. Of the filters only `equal` is known here.
 */
export function page(
  input: JsonObject,
  all: readonly JsonObject[],
  key: string,
): { total: number; items: JsonObject[] } {
  const texts = may(input, 'queries', checks.list(checks.text(4096), 100), []);
  const { filters, limit, offset, cursor } = planOf(texts);
  const fitting = all.filter((item) =>
    filters.every(({ method, attribute, values }) => {
      if (method !== 'equal') throw new Refusal('general_query_invalid', `Invalid query method: ${method}`);
      return values.includes(item[attribute] ?? null);
    }),
  );
  const at = cursor ? fitting.findIndex((item) => item[key] === cursor.id) : -1;
  if (cursor && at === -1) throw new Refusal('general_cursor_not_found', cursor.id);
  const start = at + 1 + offset;
  const counted = may(input, 'total', checks.boolean, true);
  return {
    total: counted ? fitting.length : 0,
    items: fitting.slice(start, start + (limit ?? itemsOfAPage)),
  };
}
