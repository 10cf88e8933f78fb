import type { BudgetUse } from './recorder.ts';
import type { Delay, RecorderView, RunFacts } from './recorder-view.ts';
import type { RacePlan, RacePlans, RunFigures } from './run-stats.ts';
import type { RecorderState, ThreadData } from './thread-messages.ts';

/** Real milliseconds after which metrics of the recorder's thread are made anew. */
const metricsAgeMs = 500;

/** Real milliseconds that it gets to make them. */
const metricsMs = 3_000;

/** The recorder as another thread knows it: by the newest state that it sent. */
export class RemoteView implements RecorderView {
  readonly facts: RunFacts;
  readonly #plans = new Map<string, RacePlan>();
  readonly #askMetrics: () => void;
  #state: RecorderState;
  #heardAt = performance.now();
  #metrics: { readonly text: string; readonly at: number } | null = null;
  #asked: PromiseWithResolvers<string> | null = null;

  /** @param askMetrics has the recorder's thread call back with {@link takeMetrics} */
  constructor({ facts, state }: Pick<ThreadData, 'facts' | 'state'>, askMetrics: () => void) {
    this.facts = facts;
    this.#askMetrics = askMetrics;
    this.#state = state;
    this.take(state);
  }

  take(state: RecorderState): void {
    this.#state = state;
    this.#heardAt = performance.now();
    for (const [raceId, plan] of state.plans) {
      if (plan === null) this.#plans.delete(raceId);
      else this.#plans.set(raceId, plan);
    }
  }

  takeMetrics(text: string): void {
    this.#metrics = { text, at: performance.now() };
    this.#asked?.resolve(text);
  }

  now(): number {
    const { now, at } = this.#state;
    return Math.floor(now + (Date.now() - at) * this.facts.speed);
  }

  figures(): RunFigures {
    return this.#state.figures;
  }

  plans(): RacePlans {
    return this.#plans;
  }

  budget(): BudgetUse {
    return this.#state.budget;
  }

  loopDelay(): Delay {
    return this.#state.loopDelay;
  }

  silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** Those of the recorder's thread; empty while it does not answer. */
  async metrics(): Promise<string> {
    if (this.#metrics !== null && performance.now() - this.#metrics.at < metricsAgeMs)
      return this.#metrics.text;
    if (this.#asked === null) {
      const asked = Promise.withResolvers<string>();
      const silence = setTimeout(asked.resolve, metricsMs, '');
      this.#asked = asked;
      this.#askMetrics();
      await asked.promise;
      clearTimeout(silence);
      this.#asked = null;
      return asked.promise;
    }
    return this.#asked.promise;
  }
}
