import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openJournal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { VirtualClock } from '../support/streams-virtual.ts';
import type { Served } from './mutate-payloads.ts';
import { SequenceJudge } from './sequence-judge.ts';
import { sequenceTally } from './sequence-run.ts';
import type { SequenceWorld } from './sequence-run.ts';

/** A journal of its own in a directory of its own, on a clock that only sequences move. */
export interface OpenSequenceWorld extends SequenceWorld {
  readonly close: () => void;
}

/** @param races what sequences are made of */
export function openSequenceWorld(races: readonly Served[]): OpenSequenceWorld {
  const directory = temporaryDirectory();
  const clock = new VirtualClock(Date.parse('2026-03-10T01:00:00Z'));
  const file = join(directory.path, 'sequences.db');
  const journal = openJournal(file, { source: { kind: 'recording' }, now: () => clock.now() });
  // As others read it.
  const db = new DatabaseSync(file, { readOnly: true });
  return {
    clock,
    journal,
    judge: new SequenceJudge(db),
    races,
    tally: sequenceTally(),
    close: () => {
      db.close();
      journal.close();
      directory.remove();
    },
  };
}
