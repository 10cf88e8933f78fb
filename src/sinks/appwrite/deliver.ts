import { catchError, concat, defer, map, of, switchMap, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { TableClosed, closedBy, rowLimit } from './advice.ts';
import type { Outgoing } from './encode.ts';
import { AppwriteError } from './errors.ts';
import type { Outlet } from './outlet.ts';
import type { SelectedTable } from './selection.ts';

/** What became of some rows; the last of them says how far the cursor may move. */
export interface Delivered {
  /** Rows that Appwrite has. */
  readonly rows: number;
  /** `seq` of the last row that was dealt with. */
  readonly seq: number;
  readonly refused: readonly RefusedRow[];
}

export interface RefusedRow {
  readonly outgoing: Outgoing;
  /** One sentence. */
  readonly reason: string;
}

/** What is learnt about a table and its server while rows are delivered. */
export interface Learnt {
  /** Rows of a request at the most. */
  rowLimit: number;
  /** Rows that were refused one by one since the last one that was taken. */
  refusedInARow: number;
}

/** Past so many, it may be the table that is wrong, and not one row after the other. */
const mostRefusedInARow = 10;

/**
 * Delivers rows of one table, in their order. A request that is refused is halved until the row is found that it
 * is refused for. Each part that is done with is told of at once: its cursor can move.
 *
 * Errors with a {@link TableClosed} when no row of the table can be taken, else with the AppwriteError of a call.
 */
export function deliver(
  selected: SelectedTable,
  rows: readonly Outgoing[],
  outlet: Outlet,
  learnt: Learnt,
): Observable<Delivered> {
  const { id, columns } = selected.table;
  const keys = new Set(columns.map(({ key }) => key));

  const send = (part: readonly Outgoing[]): Observable<Delivered> =>
    defer(() => {
      if (part.length > learnt.rowLimit) return pieces(part, learnt.rowLimit);
      const sendable = part.filter(({ problem }) => problem === null);
      const problems = part.flatMap((outgoing) =>
        outgoing.problem === null ? [] : [{ outgoing, reason: outgoing.problem }],
      );
      if (sendable.length === 0) return of(done(part, problems));
      return outlet
        .upsert(
          id,
          sendable.map(({ row }) => row),
        )
        .pipe(
          switchMap((written) => lost(id, sendable, written, outlet)),
          map((missing) => {
            learnt.refusedInARow = 0;
            return done(part, [...problems, ...missing]);
          }),
          catchError((error: unknown) => refused(error, part, sendable, problems)),
        );
    });

  const pieces = (part: readonly Outgoing[], most: number): Observable<Delivered> => {
    const starts = Array.from({ length: Math.ceil(part.length / most) }, (_, index) => index * most);
    return concat(...starts.map((start) => send(part.slice(start, start + most))));
  };

  const refused = (
    error: unknown,
    part: readonly Outgoing[],
    sendable: readonly Outgoing[],
    problems: readonly RefusedRow[],
  ): Observable<Delivered> => {
    if (!(error instanceof AppwriteError)) throw error;
    const closed = closedBy(error, keys);
    if (closed !== null) throw new TableClosed(closed);
    if (error.fault !== 'refused') throw error;
    const limit = rowLimit(error);
    if (limit !== null && limit < part.length) {
      learnt.rowLimit = limit;
      return pieces(part, limit);
    }
    const [first, second] = sendable;
    if (first === undefined || second !== undefined) return pieces(part, Math.ceil(part.length / 2));
    const given = done(part, [...problems, { outgoing: first, reason: error.detail || error.message }]);
    if (learnt.refusedInARow >= mostRefusedInARow) return probed(first, error).pipe(map(() => given));
    learnt.refusedInARow++;
    return of(given);
  };

  /** Whether the table takes any row, tried with the last one of all; errors with a TableClosed when it does not. */
  const probed = (refusedRow: Outgoing, error: AppwriteError): Observable<unknown> => {
    const last = rows.findLast(({ problem }) => problem === null);
    if (last === undefined || last === refusedRow) throw new TableClosed(everyRow(error));
    return outlet.upsert(id, [last.row]).pipe(
      tap(() => {
        learnt.refusedInARow = 0;
      }),
      catchError((reason: unknown) => {
        const isRefused = reason instanceof AppwriteError && reason.fault === 'refused';
        throw isRefused ? new TableClosed(everyRow(reason)) : reason;
      }),
    );
  };

  return send(rows);
}

function done(part: readonly Outgoing[], refused: readonly RefusedRow[]): Delivered {
  return { rows: part.length - refused.length, seq: part.at(-1)?.seq ?? 0, refused };
}

function everyRow({ detail, message }: AppwriteError): string {
  const said = (detail || message).replace(/[.\s]+$/, '');
  return `The table refuses one row after the other (${said}): look at it with "oddstream schema plan".`;
}

/**
 * The rows that a call took without having them afterwards. The server leaves out of its answer what it had
 * already, and also what it dropped without a word.
 */
function lost(
  tableId: string,
  sent: readonly Outgoing[],
  written: ReadonlySet<string>,
  outlet: Outlet,
): Observable<RefusedRow[]> {
  const unsure = sent.filter(({ row }) => !written.has(row.$id));
  if (unsure.length === 0) return of([]);
  const ids = unsure.map(({ row }) => row.$id);
  return outlet.numbers(tableId, ids).pipe(
    map((numbers) =>
      unsure
        .filter(({ row }) => numbers.get(row.$id) !== row.seq)
        .map((outgoing) => ({ outgoing, reason: 'Appwrite reported success and does not have the row.' })),
    ),
    catchError((error: unknown) => {
      // A key that may write and not read, or a server that fails by turns: then the answer must do.
      if (error instanceof AppwriteError) return of([]);
      throw error;
    }),
  );
}
