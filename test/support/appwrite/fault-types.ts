import type { Json } from './json.ts';

/** Which requests a fault meets: those that fit all that is given, and of these as `skip` … `share` say. */
export interface When {
  /** Such as `["PUT"]`. */
  readonly methods?: readonly string[];
  /** Names of the calls in the SDK, such as `upsertRows`. */
  readonly routes?: readonly string[];
  readonly table?: string;
  /** Lets the first so many pass. */
  readonly skip?: number;
  /** Then meets each so-manyth. */
  readonly every?: number;
  /** Or a share of them, 0 to 1, by chance. */
  readonly share?: number;
  /** And ends after so many. */
  readonly times?: number;
}

/** Something that goes wrong until it is cleared. */
export type Fault =
  /** Nothing listens (`refuse`, the default) or every connection is reset; it ends by itself after `ms`. */
  | { readonly kind: 'down'; readonly mode?: 'refuse' | 'reset'; readonly ms?: number }
  /** Each answer takes so many milliseconds longer; what was asked is done all the same, at the end of them. */
  | (When & { readonly kind: 'slow'; readonly ms: number })
  /** 429, of Appwrite, or with `retryAfter` (seconds) of a proxy before it. */
  | (When & { readonly kind: 'rate-limit'; readonly retryAfter?: number })
  /** Status 500 `general_unknown`, as when the server's database is down, or another status. */
  | (When & { readonly kind: 'error'; readonly status?: number })
  /** An HTML page of a proxy, which has no type; 502 unless told otherwise. */
  | (When & { readonly kind: 'html'; readonly status?: number })
  /** The connection is reset before or, with `applied`, after the request was done. */
  | (When & { readonly kind: 'reset'; readonly applied?: boolean })
  /** No answer ever, before or, with `applied`, after the request was done. */
  | (When & { readonly kind: 'hang'; readonly applied?: boolean })
  /** Every request that holds a row with this value is refused with 400 `row_invalid_structure`. */
  | { readonly kind: 'poison'; readonly table: string; readonly column: string; readonly equals: Json }
  /** Rows cannot have this column, as if it had never been made; the schema still tells of it. */
  | { readonly kind: 'missing-column'; readonly table: string; readonly column: string }
  /** Columns and indexes with this key, or all, end `failed` or `stuck` when they are made. */
  | { readonly kind: 'schema'; readonly outcome: 'failed' | 'stuck'; readonly key?: string };

export type FaultKind = Fault['kind'];

/** A fault while it lasts. */
export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  /** How often it has struck. */
  readonly hits: number;
}

export interface FaultHandle {
  readonly id: number;
  readonly hits: number;
  /** Ends it; after `down` resolves when the server listens again. */
  clear(): Promise<void>;
}

/** Makes things go wrong. */
export interface Faults {
  add(fault: Fault): FaultHandle;
  list(): ActiveFault[];
  /** Ends one, or all. */
  clear(id?: number): Promise<void>;
}
