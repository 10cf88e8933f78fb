import type { BudgetUse, Recorder } from './recorder.ts';
import type { RacePlans, RunFigures } from './run-stats.ts';

/** What does not change during a run. */
export type RunFacts = Pick<
  Recorder,
  'version' | 'startedAt' | 'speed' | 'source' | 'journal' | 'sinkLagLimitMs'
>;

/** Real milliseconds by which the timers of the recorder's thread were late, in the last ten seconds at least. */
export interface Delay {
  readonly p99: number;
  readonly max: number;
}

/** The recorder as the server sees it, in the recorder's own thread or from another one. */
export interface RecorderView {
  readonly facts: RunFacts;
  /** The recorder's clock, epoch milliseconds. */
  now(): number;
  figures(): RunFigures;
  plans(): RacePlans;
  budget(): BudgetUse;
  loopDelay(): Delay;
  /** Real milliseconds since the recorder's thread last showed that it does its work. */
  silentMs(): number;
  /** Metrics that are counted or measured in the recorder's thread, as Prometheus reads them. */
  metrics(): Promise<string>;
}
