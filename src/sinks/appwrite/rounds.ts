import { EMPTY, catchError, concat, defer, from, ignoreElements, last, mergeMap, of, reduce } from 'rxjs';
import { repeat, takeWhile, tap } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { tables } from '../../domain/tables.ts';
import { cursorName } from '../journal/cursors.ts';
import type { Followable } from '../journal/cursors.ts';
import type { Refused } from '../journal/dead-letters.ts';
import type { Followed } from '../journal/followed.ts';
import { TableClosed } from './advice.ts';
import { deliver } from './deliver.ts';
import type { Delivered, Learnt, RefusedRow } from './deliver.ts';
import { Doubts } from './doubts.ts';
import { outgoing } from './encode.ts';
import type { Outgoing } from './encode.ts';
import { AppwriteError } from './errors.ts';
import { Gathering } from './gathering.ts';
import type { Outlet } from './outlet.ts';
import { Pace } from './pace.ts';
import type { SelectedTable } from './selection.ts';

export interface RoundsContext {
  readonly outlet: Outlet;
  readonly followed: Pick<Followed, 'page' | 'cursor' | 'acknowledge' | 'raceTimes'>;
  readonly selection: readonly SelectedTable[];
  /** Rows of a request at the most, until the server names fewer. */
  readonly batchRows: number;
  /** Tables of history that are delivered at once. */
  readonly inFlight: number;
  /** Milliseconds of the scheduler between two rounds. */
  readonly lingerMs: number;
  readonly scheduler: SchedulerLike;
  /** Told of each row that is given up. */
  readonly onRefused: (table: string, refused: RefusedRow) => void;
  /** Told why a table is left alone for a while; null when it takes rows again. */
  readonly onClosed: (table: string, reason: string | null) => void;
}

/** What was delivered since the start. */
export interface RoundTotals {
  rows: number;
  refused: number;
}

/** How long a table that takes no row is left alone. */
export const closedMs = 300_000;

/** Pages of a table of history in a round, so that current rows do not wait for a long backlog. */
const pagesATurn = 10;

interface Route extends Learnt {
  readonly selected: SelectedTable;
  readonly part: Followable;
  readonly isCurrent: boolean;
  readonly pace: Pace;
  readonly gathering: Gathering;
  /** Time of the scheduler before which the table is left alone. */
  closedUntil: number;
}

/** Delivers what stands after the cursors, round by round: current tables one by one, then history side by side. */
export class Rounds {
  readonly totals: RoundTotals = { rows: 0, refused: 0 };
  readonly #context: RoundsContext;
  readonly #routes: readonly Route[];
  readonly #doubts: Doubts;
  #successes = 0;
  #stopping = false;
  /** Whether rows go without waiting for others. */
  hurry = false;

  constructor(context: RoundsContext) {
    const { followed, lingerMs, scheduler } = context;
    this.#context = context;
    this.#doubts = new Doubts(followed, scheduler);
    this.#routes = context.selection.map((selected) => ({
      selected,
      part: { table: selected.table.id, kinds: selected.kinds },
      isCurrent: tables[selected.table.id].kind === 'current',
      pace: new Pace(),
      gathering: new Gathering(selected.table.id, lingerMs, (race) => followed.raceTimes(race)),
      closedUntil: -Infinity,
      rowLimit: context.batchRows,
      refusedInARow: 0,
    }));
  }

  /** Starts no further call; one that is under way may end. */
  stop(): void {
    this.#stopping = true;
  }

  /**
   * One round; emits once, whether rows are left that could be delivered at once. Errors with what ended it
   * early, mostly the AppwriteError of a call; what was delivered until then stays delivered.
   */
  round(): Observable<boolean> {
    return defer(() => {
      const settled = this.#doubts.settle();
      for (const { part, gathering } of this.#routes) {
        if (settled.includes(cursorName(part))) gathering.hurry();
      }
      const now = this.#context.scheduler.now();
      const open = this.#routes.filter(({ closedUntil }) => closedUntil <= now);
      const sound = open.filter(({ pace }) => !pace.troubled);
      return concat(
        ...sound.filter(({ isCurrent }) => isCurrent).map((route) => this.#turn(route, Infinity)),
        this.#sideBySide(sound.filter(({ isCurrent }) => !isCurrent)),
        ...open.filter(({ pace }) => pace.troubled).map((route) => this.#turn(route, pagesATurn)),
      );
    }).pipe(reduce((any, more) => any || more, false));
  }

  /** The first that fails lets the others end their turns before it fails the round. */
  #sideBySide(routes: readonly Route[]): Observable<boolean> {
    const failures: unknown[] = [];
    const turn = (route: Route): Observable<boolean> =>
      this.#turn(route, pagesATurn).pipe(
        catchError((error: unknown) => {
          failures.push(error);
          return EMPTY;
        }),
      );
    const end = defer(() => {
      if (failures.length > 0) throw failures[0];
      return EMPTY;
    });
    return concat(from(routes).pipe(mergeMap(turn, this.#context.inFlight)), end);
  }

  /** Pages of a table, so many at the most; emits once, whether there are more. */
  #turn(route: Route, pages: number): Observable<boolean> {
    let sent = 0;
    // A current row that changes all the time would wait for ever: it is always among the last ones.
    return defer(() => this.#page(route, this.hurry || (route.isCurrent && sent++ > 0))).pipe(
      repeat({ count: pages }),
      takeWhile((more) => more, true),
      last(null, false),
      catchError((error: unknown) => {
        if (!(error instanceof TableClosed)) throw error;
        const { onClosed, scheduler } = this.#context;
        route.closedUntil = scheduler.now() + closedMs;
        onClosed(route.selected.table.id, error.message);
        return of(false);
      }),
    );
  }

  /**
   * One page; emits once, whether there is another that could go.
   * @param atOnce whether it goes, however few rows it has
   */
  #page(route: Route, atOnce: boolean): Observable<boolean> {
    if (this.#stopping) return of(false);
    const { followed, outlet } = this.#context;
    const { selected, part, pace, gathering } = route;
    const cursor = followed.cursor(part);
    const page = followed.page(part, pace.rows(route.rowLimit));
    if (!atOnce && !gathering.goes(page, this.#now())) return of(false);
    const rows = page.rows.map((row) => outgoing(selected.table, row));
    const delivered$ =
      rows.length === 0
        ? EMPTY
        : deliver(selected, rows, outlet, route).pipe(
            catchError((error: unknown) => of(this.#failed(route, rows, cursor, error))),
          );
    const passed$ = defer(() => {
      // Rows that the selection leaves out are passed by.
      if (page.end !== (rows.at(-1)?.seq ?? cursor)) followed.acknowledge(part, page.end, [], this.#now());
      if (rows.length > 0) gathering.sent(page.rows);
      return of(page.more);
    });
    return concat(
      delivered$.pipe(
        tap((delivered) => {
          this.#settle(route, delivered);
        }),
        ignoreElements(),
      ),
      passed$,
    );
  }

  /** @returns what is to be settled all the same: a row that alone keeps failing */
  #failed(route: Route, rows: readonly Outgoing[], cursor: number, error: unknown): Delivered {
    const [first] = rows;
    if (!(error instanceof AppwriteError) || !error.passes || first === undefined) throw error;
    if (route.isCurrent) this.#doubts.add(route.part, cursor, error);
    if (!error.mayBeOfRows) throw error;
    route.pace.failed(this.#successes);
    if (!route.pace.gaveUp(route.rowLimit, this.#successes)) throw error;
    return { rows: 0, seq: first.seq, refused: [{ outgoing: first, reason: error.message }] };
  }

  #settle(route: Route, { seq, refused, rows }: Delivered): void {
    const { followed, onRefused, onClosed } = this.#context;
    const { id } = route.selected.table;
    followed.acknowledge(route.part, seq, refused.map(letterOf), this.#now());
    for (const row of refused) onRefused(id, row);
    route.pace.succeeded();
    this.totals.rows += rows;
    this.totals.refused += refused.length;
    if (rows === 0) return;
    this.#successes++;
    if (route.closedUntil === -Infinity) return;
    route.closedUntil = -Infinity;
    onClosed(id, null);
  }

  #now(): number {
    return this.#context.scheduler.now();
  }
}

function letterOf({ outgoing: { key, seq, stored }, reason }: RefusedRow): Refused {
  return { key, seq, reason, row: stored };
}
