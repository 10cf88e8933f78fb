import { DatabaseSync } from 'node:sqlite';
import { openJournal } from '../src/journal/journal.ts';
import type { JournalSource } from '../src/journal/source.ts';
import { random } from '../src/sources/simulator/random.ts';
import { bareInsert } from './bare-insert.ts';
import { plannedRaces, pollsOf, racesADay } from './big-journal-races.ts';
import type { PlannedRace } from './big-journal-races.ts';
import { currentRows, historyTables, recordedRace, rowsOfPoll } from './big-journal-rows.ts';
import type { Recorded } from './big-journal-rows.ts';
import { simulatedSnapshots } from './simulated-snapshots.ts';

/** Rows of history that a race leads to, roughly. */
const rowsARace = 2_500;

/** Simulated races that lend their fields and texts. */
const templates = 24;

/** A journal that was made. */
export interface MadeJournal {
  /** Rows of the history tables. */
  readonly rows: number;
  /** Those of races that are not settled. */
  readonly races: readonly PlannedRace[];
  /** Races that were polled and are not settled, by their start. */
  readonly live: readonly PlannedRace[];
}

/**
 * Makes a journal as a recorder leaves it that has run for as many days as give so many rows of history, up to now:
 * in the order of writing, with ids that are those of their rows, in one transaction that is not made durable.
 */
export function makeJournal(file: string, wanted: number, source: JournalSource): MadeJournal {
  openJournal(file, { source, now: () => Date.now() }).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -6000000; BEGIN');
  const insert = bareInsert(db);
  const now = Date.now();
  // Of the last day only a part has been.
  const races = plannedRaces(Math.ceil(wanted / rowsARace / racesADay + 0.5), now);
  const snapshots = simulatedSnapshots(templates, [0]).flat();
  const polls = races.flatMap((race) => pollsOf(race, now)).sort((a, b) => a.at - b.at);
  const stream = random('big journal', 'rows', '');
  const known = new Map<number, Recorded>();
  const settled = new Set<number>();
  let rows = 0;
  let seq = 0;
  const write = (inserts: readonly Parameters<typeof insert>[0][], at: number): void => {
    for (const row of inserts) {
      seq = Math.max(seq + 1, at * 1000);
      insert(row, seq);
    }
  };
  for (const poll of polls) {
    const { race, at, place } = poll;
    let recorded = known.get(race.index);
    if (recorded === undefined) {
      const snapshot = snapshots[race.index % snapshots.length];
      if (snapshot === undefined) throw new Error('There is no simulated race.');
      recorded = recordedRace(race, snapshot);
      known.set(race.index, recorded);
    }
    const history = rowsOfPoll(poll, recorded, stream);
    rows += history.length;
    write(history, at);
    if (place !== 'settling') continue;
    // Written once, when they change no more: in between they would only be replaced.
    write(currentRows(recorded, poll), at);
    known.delete(race.index);
    settled.add(race.index);
  }
  for (const recorded of known.values()) write(currentRows(recorded, { at: now, place: 'between' }), now);
  db.exec('COMMIT');
  db.close();
  return { rows, races, live: races.filter(({ index }) => known.has(index)) };
}

/** Rows of the history tables, as the file itself tells. */
export function countHistory(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const count = historyTables.reduce(
    (sum, table) => sum + Number(db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.n),
    0,
  );
  db.close();
  return count;
}
