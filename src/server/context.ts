import type { JournalReader } from '../sinks/journal/reader.ts';
import type { Readiness } from './contract/status.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { JournalSigns } from './queries-status.ts';
import type { Recorder } from './recorder.ts';
import type { Streams } from './stream.ts';
import type { Vitals } from './vitals.ts';

/** What the routes answer from. */
export interface Context {
  readonly recorder: Recorder;
  readonly reader: JournalReader;
  readonly vitals: Vitals;
  readonly streams: Streams;
  readonly loopDelay: LoopDelay;
  /** At most a second old. */
  readonly signs: () => JournalSigns;
  readonly readiness: () => Readiness;
}
