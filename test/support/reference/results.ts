import { idOf } from './identity.ts';
import { field, isObject, list, text, type Json } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';

/** A revision whenever status, results or dividends differ from the last one written. */
export function recordResults(record: RaceRecord, response: Response): void {
  const placings = list(field(response.data, 'results'));
  const dividends = list(field(response.data, 'dividends'));
  const status = text(field(response.race, 'status'));
  const last = record.results.at(-1);
  if (last === undefined && placings.length === 0 && dividends.length === 0) return;
  if (last?.status === status && sameItems(last.placings, placings) && sameItems(last.dividends, dividends))
    return;
  const revision = record.results.length + 1;
  record.results.push({
    id: idOf(response.raceId, response.generatedAt, status, revision),
    race_id: response.raceId,
    revision,
    placings: JSON.stringify(placings),
    dividends: JSON.stringify(dividends),
    status,
    source_time: response.generatedAt,
  });
}

/** Whether two lists hold the same items, in whatever order. */
function sameItems(written: string | number | null | undefined, served: Json[]): boolean {
  const items = (values: Json[]): string => values.map(canonical).sort().join('\n');
  return items(JSON.parse(String(written)) as Json[]) === items(served);
}

/** JSON with the keys of objects in order. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
