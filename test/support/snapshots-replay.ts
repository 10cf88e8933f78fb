import { take } from './snapshots.ts';
import type { ServedEvent, Taken } from './snapshots.ts';

/** After each response that is newer than all before it: that response, and all steps so far. */
export function* atNewest(responses: readonly ServedEvent[]): Generator<[ServedEvent, readonly Taken[]]> {
  const taken = take(responses);
  for (const [index, response] of responses.entries()) {
    const step = taken[index];
    if (step?.after.generatedAt === step?.snapshot.generatedAt) yield [response, taken.slice(0, index + 1)];
  }
}

/** Rows in order of time; rows of equal time in order of writing. */
export function inTime<R extends { readonly source_time: string }>(rows: readonly R[]): R[] {
  return rows.toSorted((one, other) =>
    one.source_time < other.source_time ? -1 : one.source_time > other.source_time ? 1 : 0,
  );
}

/** What history rows alone tell of the present: of each thing its last row. */
export function present<R extends { readonly source_time: string }, T>(
  rows: readonly R[],
  thing: (row: R) => T,
): Map<T, R> {
  return new Map(inTime(rows).map((row) => [thing(row), row]));
}

/** Each row with the rows of the same thing that were written before it, these in order of time. */
export function* asWritten<R extends { readonly source_time: string }>(
  rows: readonly R[],
  thing: (row: R) => string,
): Generator<[R, readonly R[]]> {
  const written = new Map<string, R[]>();
  for (const row of rows) {
    const earlier = written.get(thing(row)) ?? [];
    yield [row, earlier];
    written.set(thing(row), inTime([...earlier, row]));
  }
}
