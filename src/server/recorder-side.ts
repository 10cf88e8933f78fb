import { openReader } from '../journal/reader.ts';
import { LoopDelay } from './loop-delay.ts';
import { RecorderMetrics } from './metrics-recorder.ts';
import { openGapIds } from './queries-status.ts';
import type { BudgetUse, Recorder } from './recorder.ts';
import type { Delay, RecorderView, RunFacts } from './recorder-view.ts';
import { RunStats } from './run-stats.ts';
import type { RacePlans, RunFigures } from './run-stats.ts';

/** What the server shows of a recorder and its journal does not hold, counted and measured in the recorder's thread. */
export class RecorderSide implements RecorderView {
  readonly facts: RunFacts;
  readonly #recorder: Recorder;
  readonly #stats: RunStats;
  readonly #loopDelay: LoopDelay;
  readonly #metrics: RecorderMetrics;

  /**
   * @param failed receives internal errors of the measurements
   * @throws JournalError when the journal cannot be read
   */
  constructor(recorder: Recorder, failed: (error: unknown) => void) {
    const { version, startedAt, speed, source, journal, sinkLagLimitMs } = recorder;
    this.facts = { version, startedAt, speed, source, journal, sinkLagLimitMs };
    this.#recorder = recorder;
    const reader = openReader(journal);
    try {
      this.#stats = new RunStats(recorder, reader.read(openGapIds));
    } finally {
      reader.close();
    }
    this.#loopDelay = new LoopDelay(failed);
    this.#metrics = new RecorderMetrics(recorder.event$);
  }

  now(): number {
    return this.#recorder.now();
  }

  figures(): RunFigures {
    return this.#stats.figures();
  }

  plans(): RacePlans {
    return this.#stats.plans;
  }

  budget(): BudgetUse {
    return this.#recorder.budget();
  }

  loopDelay(): Delay {
    return this.#loopDelay.get();
  }

  silentMs(): number {
    return 0;
  }

  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  /** The server's thread was started again. */
  serverRestarted(): void {
    this.#metrics.serverRestarted();
  }

  close(): void {
    this.#metrics.close();
    this.#stats.close();
    this.#loopDelay.close();
  }
}
