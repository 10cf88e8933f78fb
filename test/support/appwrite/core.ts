import type { Caller } from './auth.ts';
import type { Faults } from './fault-types.ts';
import type { WorkingFaults } from './faults.ts';
import type { Json, JsonObject } from './json.ts';
import type { WritableLedger } from './ledger.ts';
import type { Settings } from './options.ts';
import type { Store } from './store.ts';

/** What every call works with. */
export interface Core {
  readonly settings: Settings;
  readonly store: Store;
  readonly ledger: WritableLedger;
  readonly faults: WorkingFaults & Faults;
}

/** One request, authorised, its parameters of path, query and body together. */
export interface Call {
  readonly core: Core;
  readonly caller: Caller;
  /** Number of the request in the log. */
  readonly request: number;
  readonly input: JsonObject;
}

export interface Answer {
  readonly status: number;
  /** Undefined: nothing, as after a delete. */
  readonly body?: Json;
  /** Instead of a body in JSON. */
  readonly text?: string;
}

export type Handler = (call: Call) => Answer;
