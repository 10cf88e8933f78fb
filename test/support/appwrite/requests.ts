/** A request that reached the stand-in. */
export interface RequestEntry {
  readonly id: number;
  /** Epoch milliseconds of its arrival. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Name of the call in the SDK, such as `upsertRows`; `unknown` for no route. */
  readonly route: string;
  /** Table in the path; null without one. */
  readonly table: string | null;
  /** Rows in the body of a bulk request, otherwise 0. */
  readonly rows: number;
  /** Null while, or because, it has no answer. */
  status: number | null;
  /** Milliseconds from arrival to the answer, or to the end without one. */
  took: number | null;
  /** Kinds of the faults that met it. */
  readonly faults: string[];
}

export interface RequestFilter {
  readonly method?: string;
  readonly route?: string;
  readonly table?: string;
  readonly status?: number;
}

/** Every request since the start or the last `clear`. Those that never arrived are not there. */
export interface RequestLog {
  readonly total: number;
  readonly all: readonly RequestEntry[];
  count(filter?: RequestFilter): number;
  /** Counts by `METHOD route`. */
  byRoute(): Record<string, number>;
  clear(): void;
}

export interface WritableRequestLog extends RequestLog {
  add(entry: Omit<RequestEntry, 'id' | 'at' | 'status' | 'took' | 'faults'>): RequestEntry;
}

export function createRequestLog(): WritableRequestLog {
  let all: RequestEntry[] = [];
  let last = 0;
  const fits = (entry: RequestEntry, { method, route, table, status }: RequestFilter): boolean =>
    (method === undefined || entry.method === method) &&
    (route === undefined || entry.route === route) &&
    (table === undefined || entry.table === table) &&
    (status === undefined || entry.status === status);
  return {
    get total() {
      return all.length;
    },
    get all() {
      return all;
    },
    count: (filter = {}) => all.filter((entry) => fits(entry, filter)).length,
    byRoute() {
      const counts: Record<string, number> = {};
      for (const { method, route } of all) {
        const name = `${method} ${route}`;
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    },
    clear() {
      all = [];
    },
    add(entry) {
      last += 1;
      const added = { ...entry, id: last, at: Date.now(), status: null, took: null, faults: [] };
      all.push(added);
      return added;
    },
  };
}
