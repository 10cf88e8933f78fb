import type { Context } from './context.ts';
import type { SinkState } from './contract/status.ts';

/** How the sinks stand that are delivered to in this run: others may have followed the journal in earlier ones. */
export function sinkStates({ recorder, signs }: Pick<Context, 'recorder' | 'signs'>): SinkState[] {
  const { sinks } = recorder.figures();
  return signs().sinks.flatMap(({ sink, lag, deadLetters }) => {
    const own = sinks.get(sink);
    if (own === undefined) return [];
    const [paused] = own.paused.values();
    return {
      sink,
      lag_rows: lag.rows,
      lag_seconds: lag.since === null ? 0 : Math.max(0, recorder.now() - lag.since) / 1000,
      lag_limit_seconds: recorder.facts.sinkLagLimitMs / 1000,
      retries: own.retries,
      dead_letters: deadLetters,
      paused: paused ?? null,
    };
  });
}
