import type { BudgetUse } from './recorder.ts';
import type { Delay, RunFacts } from './recorder-view.ts';
import type { RacePlan, RunFigures } from './run-stats.ts';
import type { ListenOptions } from './server.ts';

/** What passes between the recorder's thread and the server's. */

/** How the recorder is at a moment. */
export interface RecorderState {
  /** The computer's own clock at that moment, epoch milliseconds. */
  readonly at: number;
  /** The recorder's clock at that moment, epoch milliseconds. */
  readonly now: number;
  readonly figures: RunFigures;
  /** Plans that are others than in the state before; null: it has none any more. */
  readonly plans: readonly (readonly [raceId: string, plan: RacePlan | null])[];
  readonly budget: BudgetUse;
  readonly loopDelay: Delay;
}

/** What the server's thread is started with. */
export interface ThreadData {
  readonly facts: RunFacts;
  /** With all plans. */
  readonly state: RecorderState;
  readonly options: ListenOptions;
}

export type ToServer =
  | { readonly kind: 'state'; readonly state: RecorderState }
  | { readonly kind: 'metrics'; readonly text: string }
  | { readonly kind: 'close' };

export type FromServer =
  | { readonly kind: 'listening'; readonly url: string; readonly hasPage: boolean }
  /** It cannot listen. */
  | { readonly kind: 'refused'; readonly code: string | null; readonly message: string }
  /** The state was taken: the next one may come. */
  | { readonly kind: 'taken' }
  /** Asks for the recorder's metrics. */
  | { readonly kind: 'metrics' }
  | { readonly kind: 'fault'; readonly route: string; readonly reason: string }
  | { readonly kind: 'dropped'; readonly route: string; readonly clients: number };
