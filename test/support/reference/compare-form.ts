import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { columnsOf } from './compare-table.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** A loose check: every entrant that was served summaries has a row, and the JSON in it holds them as served. */
export function formDifferences(db: DatabaseSync, expected: Map<string, Json>): string[] {
  if (columnsOf(db, 'form').length === 0) return ['form: no such table'];
  const stored = new Map(
    db
      .prepare('SELECT * FROM form')
      .all()
      .map((row) => [String(row.entrant_id), jsonOf(Object.values(row))]),
  );
  return [...expected].flatMap(([entrantId, summaries]) => {
    const form = stored.get(entrantId);
    if (form === undefined) return [`form: missing ${entrantId}`];
    return Object.entries(isObject(summaries) ? summaries : {})
      .filter(([name, summary]) => !isDeepStrictEqual(form[name], summary))
      .map(([name]) => `form: ${entrantId} ${name} is ${JSON.stringify(form[name])}`);
  });
}

/** Whatever JSON objects the columns of a row hold, as one. */
function jsonOf(values: unknown[]): JsonObject {
  return Object.assign({}, ...values.map(parsed)) as JsonObject;
}

function parsed(value: unknown): JsonObject {
  if (typeof value !== 'string' || !value.startsWith('{')) return {};
  try {
    const json = JSON.parse(value) as Json;
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}
