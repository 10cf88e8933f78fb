import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import { tables } from '../../domain/tables.ts';
import type { Followable } from '../../journal/cursors.ts';
import type { Followed, FollowedPage } from '../../journal/followed.ts';
import type { Delivered, Learnt } from './deliver.ts';
import type { Outgoing } from './encode.ts';
import { Gathering, parents } from './gathering.ts';
import { Pace } from './pace.ts';
import type { SelectedTable } from './selection.ts';

/** Rows of a table that are next, and what becomes of them: subscribing sends them. */
export interface Sending {
  readonly page: FollowedPage;
  readonly rows: readonly Outgoing[];
  readonly delivered$: Observable<Delivered>;
}

/** What is on its way before its turn has come: what becomes of it is held back until then. */
interface Begun extends Sending {
  /** Where the cursor will stand when its turn comes. */
  readonly after: number;
  readonly work: Subscription;
}

/** How one table is being delivered. */
export interface Route extends Learnt {
  readonly selected: SelectedTable;
  readonly part: Followable;
  readonly isCurrent: boolean;
  /** Whether rows of other tables refer to its rows. */
  readonly isParent: boolean;
  readonly pace: Pace;
  readonly gathering: Gathering;
  /** Whether its rows were taken when last tried. */
  flows: boolean;
  /** Pages that are sent beside the one whose turn it is, in their order. */
  readonly ahead: Begun[];
  /** Time of the scheduler before which the table is left alone. */
  closedUntil: number;
}

export interface RouteContext {
  readonly followed: Pick<Followed, 'raceTimes'>;
  readonly batchRows: number;
  readonly lingerMs: number;
  readonly scheduler: SchedulerLike;
}

export function routeOf(selected: SelectedTable, { followed, batchRows, lingerMs }: RouteContext): Route {
  const { id } = selected.table;
  return {
    selected,
    part: { table: id, kinds: selected.kinds },
    isCurrent: tables[id].kind === 'current',
    isParent: parents.has(id),
    pace: new Pace(),
    gathering: new Gathering(id, lingerMs, (race) => followed.raceTimes(race)),
    flows: false,
    ahead: [],
    closedUntil: -Infinity,
    rowLimit: batchRows,
    refusedInARow: 0,
  };
}
