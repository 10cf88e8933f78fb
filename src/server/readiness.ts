import { timestamp } from '../domain/time.ts';
import type { Readiness, Reason } from './contract/status.ts';

/** Races or listings are asked for at least every two minutes: after so long without an answer the feed is failing. */
const failingMs = 5 * 60_000;

/** Real milliseconds: nothing that the recorder does takes its thread so long. */
const stalledMs = 10_000;

/** Real milliseconds after which a recorder that shows no sign of life counts as dead. */
export const deadMs = 60_000;

/** What readiness goes by. Times in epoch milliseconds of the recorder's clock. */
export interface Signs {
  readonly now: number;
  /** Real milliseconds since the recorder's thread last showed that it does its work. */
  readonly silentMs: number;
  readonly stopping: boolean;
  /** Whether an import has finished. */
  readonly imported: boolean;
  /** Whether the newest import, or a listing since, had a meeting of the selected countries and categories. */
  readonly selected: boolean;
  readonly startedAt: number;
  /** When the feed last gave something that was recorded; null before it ever did. */
  readonly lastGoodAt: number | null;
  readonly lastFault: string | null;
  /** What ended the recording, or why the journal cannot be read; null for neither. */
  readonly failure: string | null;
  readonly sinks: readonly { readonly sink: string; readonly lagMs: number }[];
  readonly sinkLagLimitMs: number;
}

/** Whether the recorder does what it is for, and why not. */
export function readinessOf(signs: Signs): Readiness {
  const { now, silentMs, stopping, failure, imported, startedAt, lastGoodAt, lastFault, sinks } = signs;
  const reasons: Reason[] = [];
  if (failure !== null) {
    reasons.push({ code: 'failed', detail: `Recording has failed: ${failure.replace(/[.\s]+$/, '')}.` });
  }
  if (stopping) reasons.push({ code: 'stopping', detail: 'The recorder is stopping.' });
  if (silentMs > stalledMs) {
    const detail = `The recorder's thread has not answered for ${seconds(silentMs)} s.`;
    reasons.push({ code: 'stalled', detail });
  }
  if (!imported) {
    reasons.push({ code: 'importing', detail: 'The first import has not finished yet.' });
  }
  const since = lastGoodAt ?? startedAt;
  // An import that has finished without anything has been refused everything.
  if (now - since > failingMs || (imported && lastGoodAt === null)) {
    const fault = lastFault === null ? '' : ` (the last failure: ${lastFault})`;
    const detail = `Nothing that the feed gave could be recorded since ${timestamp(since)}${fault}.`;
    reasons.push({ code: 'feed_failing', detail });
  }
  if (imported && lastGoodAt !== null && !signs.selected) {
    const detail =
      'No meeting is listed of the countries and categories that are selected: ' +
      'see ODDSTREAM_COUNTRIES and ODDSTREAM_CATEGORIES.';
    reasons.push({ code: 'nothing_selected', detail });
  }
  for (const { sink, lagMs } of sinks) {
    if (lagMs <= signs.sinkLagLimitMs) continue;
    const detail = `${sink} is ${seconds(lagMs)} s behind; its limit is ${seconds(signs.sinkLagLimitMs)} s.`;
    reasons.push({ code: 'sink_lagging', detail });
  }
  return { ready: reasons.length === 0, reasons };
}

function seconds(millis: number): number {
  return Math.round(millis / 1000);
}
