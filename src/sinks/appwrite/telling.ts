import type { Log } from '../../domain/log-events.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Lag } from '../../journal/lag.ts';
import { advice } from './advice.ts';
import { AppwriteError } from './errors.ts';
import type { FollowStep } from './follow.ts';
import { closedMs } from './rounds.ts';
import type { RoundTotals } from './rounds.ts';
import { isPause, pausedMs } from './wait.ts';

/** The sink's name in cursors, dead letters and logs. */
export const sinkName = 'appwrite';

export interface TellingContext {
  readonly log: Log;
  /** Epoch milliseconds of the recorder's clock. */
  readonly now: () => number;
  /** Counts since the start. */
  readonly totals: () => RoundTotals & { readonly calls: number };
  readonly lag: () => Lag;
}

/** Logs how delivering goes: what was delivered since it last said so, and once each why nothing is. */
export class Telling {
  readonly #context: TellingContext;
  #told: ReturnType<TellingContext['totals']>;
  #at: number;
  /** Why nothing is delivered; null while something is. */
  #pause: string | null = null;

  constructor(context: TellingContext) {
    this.#context = context;
    this.#told = context.totals();
    this.#at = context.now();
  }

  step(step: FollowStep): void {
    this.delivered();
    if (step.kind === 'failed') {
      if (isPause(step.error)) this.#paused(step.error);
      else this.#lagging(step);
      return;
    }
    if (this.#pause !== null) this.#context.log('sink.resumed', { sink: sinkName, table: null });
    this.#pause = null;
  }

  /** What was delivered since this was last told, if anything. */
  delivered(): void {
    const { log, totals, now } = this.#context;
    const [sum, before, at] = [totals(), this.#told, this.#at];
    this.#told = sum;
    this.#at = now();
    if (sum.rows === before.rows && sum.refused === before.refused) return;
    log('sink.delivered', {
      sink: sinkName,
      rows: sum.rows - before.rows,
      requests: sum.calls - before.calls,
      refused: sum.refused - before.refused,
      ...this.#lag(),
      duration_ms: Math.round(this.#at - at),
    });
  }

  /** @param reason null: it takes rows again */
  closed(table: string, reason: string | null): void {
    const { log } = this.#context;
    if (reason === null) log('sink.resumed', { sink: sinkName, table });
    else log('sink.paused', { sink: sinkName, table, reason, retry_ms: closedMs });
  }

  /** Reports a failure in which not even the lag is known. */
  fault(error: unknown, waitMs: number): void {
    const [reason, detail] = described(error);
    const failure = { sink: sinkName, reason, detail, failures: 1, retry_ms: waitMs };
    const unknown = { lag_rows: 0, lag_more: true, lag_ms: 0 };
    this.#context.log('sink.lagging', { ...failure, ...unknown });
  }

  /** Once for each reason: it is tried again and again. */
  #paused(error: AppwriteError): void {
    const reason = advice(error);
    if (reason === this.#pause) return;
    this.#pause = reason;
    this.#context.log('sink.paused', { sink: sinkName, table: null, reason, retry_ms: pausedMs });
  }

  #lagging({ error, failures, waitMs }: Extract<FollowStep, { kind: 'failed' }>): void {
    const [reason, detail] = described(error);
    this.#context.log('sink.lagging', {
      sink: sinkName,
      reason,
      detail,
      failures,
      retry_ms: Math.round(waitMs),
      ...this.#lag(),
    });
  }

  #lag(): { lag_rows: number; lag_more: boolean; lag_ms: number } {
    const { rows, more, since } = this.#context.lag();
    return {
      lag_rows: rows,
      lag_more: more,
      lag_ms: since === null ? 0 : Math.max(0, Math.round(this.#context.now() - since)),
    };
  }
}

function described(error: unknown): [reason: string, detail: string] {
  if (error instanceof AppwriteError) return [error.fault, error.message];
  if (error instanceof JournalError) return ['journal', error.message];
  return ['fault', error instanceof Error ? `${error.name}: ${error.message}` : typeof error];
}
