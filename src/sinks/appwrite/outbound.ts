import { EMPTY, ReplaySubject, defer, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Followed, FollowedPage } from '../../journal/followed.ts';
import { deliver } from './deliver.ts';
import type { Delivered } from './deliver.ts';
import { outgoing } from './encode.ts';
import type { Outlet } from './outlet.ts';
import type { Route, Sending } from './route.ts';

export interface OutboundContext {
  readonly outlet: Outlet;
  readonly followed: Pick<Followed, 'page'>;
  /** Pages under way at once. */
  readonly inFlight: number;
}

/**
 * Pages on their way to Appwrite. Of a long backlog of history the next pages are sent beside the one under way. A
 * cursor moves over what is delivered without a hole: when a page fails, those sent beside it are given up and
 * sent again later, which does no harm to rows that never change.
 */
export class Outbound {
  readonly #context: OutboundContext;
  #underWay = 0;

  constructor(context: OutboundContext) {
    this.#context = context;
  }

  /** The page after a table's cursor, begun or not. */
  next(route: Route, cursor: number): Sending {
    const [begun] = route.ahead;
    if (begun?.after === cursor) {
      route.ahead.shift();
      return begun;
    }
    this.giveUp(route);
    return this.#read(route, cursor);
  }

  /**
   * Sends the pages after the one that is under way, as many as further requests may be made. Only what fills a
   * request goes, and only to a table that takes rows. Of current rows a newer write could be overtaken by an older.
   * @param most pages
   */
  begin(route: Route, page: FollowedPage, most: number): void {
    if (route.isCurrent || !route.flows) return;
    let last = route.ahead.at(-1)?.page ?? page;
    while (last.more && route.ahead.length < most && this.#underWay < this.#context.inFlight) {
      const next = this.#read(route, last.end);
      if (!next.page.more || next.rows.length === 0) return;
      const delivered$ = new ReplaySubject<Delivered>(Infinity);
      const work = next.delivered$.subscribe(delivered$);
      route.ahead.push({ ...next, delivered$, after: last.end, work });
      last = next.page;
    }
  }

  giveUp(route: Route): void {
    for (const { work } of route.ahead.splice(0)) work.unsubscribe();
  }

  #read(route: Route, cursor: number): Sending {
    const { followed, outlet } = this.#context;
    const { selected, part, pace } = route;
    const page = followed.page(part, pace.rows(route.rowLimit), cursor);
    const rows = page.rows.map((row) => outgoing(selected.table, row));
    if (rows.length === 0) return { page, rows, delivered$: EMPTY };
    const delivered$ = defer(() => {
      this.#underWay++;
      return deliver(selected, rows, outlet, route).pipe(this.#counted());
    });
    return { page, rows, delivered$ };
  }

  /** Counted out before anybody hears of it, who may send the next one. */
  #counted<T>(): (source$: Observable<T>) => Observable<T> {
    const out = (): void => {
      this.#underWay--;
    };
    return tap({ complete: out, error: out, unsubscribe: out });
  }
}
