import { Problem } from './problem.ts';

/** The last row of a page: the next one begins after it. */
export interface Place {
  /** What the list is ordered by. */
  readonly order: string;
  /** What tells rows of the same order apart. */
  readonly key: string;
}

/** A place as text that means nothing to those who are given it. */
function cursorOf({ order, key }: Place): string {
  return Buffer.from(JSON.stringify([order, key])).toString('base64url');
}

/**
 * The place that a cursor stands for.
 * @throws Problem for a text that is no cursor
 */
export function placeOf(cursor: string): Place {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 2) {
      const [order, key] = parts as unknown[];
      if (typeof order === 'string' && typeof key === 'string') return { order, key };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Problem(400, 'The cursor is none that a page of this list gave: leave it out to begin anew.');
}

export interface Page<T> {
  readonly rows: T[];
  /** Null for the last page. */
  readonly next: string | null;
}

/**
 * Makes a page of rows that were read with one more than it holds.
 * @param placeIn the place of a row
 */
export function pageOf<T>(rows: readonly T[], limit: number, placeIn: (row: T) => Place): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown, next: last === undefined ? null : cursorOf(placeIn(last)) };
}
