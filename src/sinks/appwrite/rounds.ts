import {
  EMPTY,
  catchError,
  concat,
  defer,
  finalize,
  from,
  ignoreElements,
  last,
  merge,
  mergeMap,
} from 'rxjs';
import { of, reduce, repeat, takeWhile, tap } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { cursorName } from '../../journal/cursors.ts';
import type { Refused } from '../../journal/dead-letters.ts';
import type { Followed } from '../../journal/followed.ts';
import { TableClosed } from './advice.ts';
import type { Delivered, RefusedRow } from './deliver.ts';
import { Doubts } from './doubts.ts';
import type { Outgoing } from './encode.ts';
import { AppwriteError } from './errors.ts';
import { Outbound } from './outbound.ts';
import type { Outlet } from './outlet.ts';
import { routeOf } from './route.ts';
import type { Route } from './route.ts';
import type { SelectedTable } from './selection.ts';

export interface RoundsContext {
  readonly outlet: Outlet;
  readonly followed: Pick<Followed, 'page' | 'cursor' | 'acknowledge' | 'raceTimes'>;
  readonly selection: readonly SelectedTable[];
  /** Rows of a request at the most, until the server names fewer. */
  readonly batchRows: number;
  /** Pages of history that are delivered at once, of several tables or of one. */
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

/** Pages of a table in a round but of parents, which are not to wait for a long backlog. */
const pagesATurn = 10;

/** Delivers what stands after the cursors, round by round: parents one by one, then the other tables side by side. */
export class Rounds {
  readonly totals: RoundTotals = { rows: 0, refused: 0 };
  readonly #context: RoundsContext;
  readonly #routes: readonly Route[];
  readonly #doubts: Doubts;
  readonly #outbound: Outbound;
  #successes = 0;
  /** Tables side by side whose turn has not begun: they come before a second page of another. */
  #waiting = 0;
  #stopping = false;
  /** Whether rows go without waiting for others. */
  hurry = false;

  constructor(context: RoundsContext) {
    this.#context = context;
    this.#doubts = new Doubts(context.followed, context.scheduler);
    this.#outbound = new Outbound(context);
    this.#routes = context.selection.map((selected) => routeOf(selected, context));
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
        ...sound.filter(({ isParent }) => isParent).map((route) => this.#turn(route, Infinity)),
        this.#sideBySide(sound.filter(({ isParent }) => !isParent)),
        ...open.filter(({ pace }) => pace.troubled).map((route) => this.#turn(route, pagesATurn)),
      );
    }).pipe(reduce((any, more) => any || more, false));
  }

  /** The first that fails lets the others end their turns before it fails the round. */
  #sideBySide(routes: readonly Route[]): Observable<boolean> {
    const failures: unknown[] = [];
    const turn = (route: Route): Observable<boolean> => {
      this.#waiting--;
      return this.#turn(route, pagesATurn).pipe(
        catchError((error: unknown) => {
          failures.push(error);
          return EMPTY;
        }),
      );
    };
    const turns$ = defer(() => {
      this.#waiting = routes.length;
      return from(routes).pipe(mergeMap(turn, this.#context.inFlight));
    });
    const end = defer(() => {
      if (failures.length > 0) throw failures[0];
      return EMPTY;
    });
    return concat(turns$, end);
  }

  /** Pages of a table, so many at the most; emits once, whether there are more. */
  #turn(route: Route, pages: number): Observable<boolean> {
    let sent = 0;
    // A current row that changes all the time would wait for ever: it is always among the last ones.
    return defer(() => {
      const atOnce = this.hurry || (route.isCurrent && sent > 0);
      return this.#page(route, atOnce, pages - ++sent);
    }).pipe(
      repeat({ count: pages }),
      takeWhile((more) => more, true),
      last(null, false),
      finalize(() => {
        this.#outbound.giveUp(route);
      }),
      catchError((error: unknown) => {
        route.flows = false;
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
   * @param further pages that may follow it in this turn
   */
  #page(route: Route, atOnce: boolean, further: number): Observable<boolean> {
    if (this.#stopping) return of(false);
    const { followed } = this.#context;
    const { part, gathering } = route;
    const cursor = followed.cursor(part);
    const { page, rows, delivered$ } = this.#outbound.next(route, cursor);
    if (!atOnce && !gathering.goes(page, this.#now())) return of(false);
    const settled$ = delivered$.pipe(
      catchError((error: unknown) => of(this.#failed(route, rows, cursor, error))),
      tap((delivered) => {
        this.#settle(route, delivered);
      }),
    );
    const ahead$ = defer(() => {
      if (this.#waiting === 0) this.#outbound.begin(route, page, further);
      return EMPTY;
    });
    const passed$ = defer(() => {
      // Rows that the selection leaves out are passed by.
      if (page.end !== (rows.at(-1)?.seq ?? cursor)) followed.acknowledge(part, page.end, [], this.#now());
      if (rows.length > 0) gathering.sent(page.rows);
      return of(page.more);
    });
    return concat(merge(settled$, ahead$).pipe(ignoreElements()), passed$);
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
    route.flows = refused.length === 0;
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
