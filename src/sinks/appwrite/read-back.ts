import type { Journal } from '../../journal/journal.ts';
import { Query } from 'node-appwrite';
import { timestamp } from '../../domain/time.ts';
import type { RestoredRows } from '../../journal/restore.ts';
import type { StoredRow } from '../../journal/rows.ts';
import type { Appwrite } from './client.ts';
import { AppwriteError } from './errors.ts';
import { idleTimeout } from './idle-timeout.ts';
import { allOf } from './pages.ts';
import type { PageSource } from './pages.ts';
import { liveRows } from './read-races.ts';
import type { SelectedTable, Tables } from './selection.ts';
import { partsOf } from './sink.ts';
import { sinkName } from './telling.ts';

/** Meta key that tells whether a journal was begun with what Appwrite had. */
const metaKey = 'read_back';

/** Races that started less than so long ago can still be listed, and must not be taken for new ones. */
const listedMs = 48 * 3_600_000;

/** Races whose rows are asked for at once; a query takes 500 values. */
const racesAtOnce = 20;
const idsAtOnce = 100;

export interface ReadBackOptions {
  readonly selection: readonly SelectedTable[];
  /** The recorder's clock, epoch milliseconds. */
  readonly now: number;
  /** Real milliseconds that it may take in all. */
  readonly mostMs: number;
  /** Real milliseconds for which Appwrite may give nothing; as long as it may take in all when left out. */
  readonly idleMs?: number;
  /** Leaves out races that are listed no more, settled or not: an import does not come to them. */
  readonly listedOnly?: boolean;
  /** Gives it up without an end: the next start reads back again. */
  readonly stop?: AbortSignal;
}

export interface ReadBack {
  readonly races: number;
  readonly rows: number;
}

/** Whether a journal is new, or reading it back was cut off. */
export function wantsReadBack(journal: Journal): boolean {
  return journal.isEmpty() || journal.getMeta(metaKey) === 'under way';
}

/**
 * Fills a new journal from what an earlier one delivered, as far as the races that are not settled need it: then a
 * container whose disk was thrown away goes on as one that has it. What is read back is not delivered again.
 *
 * @throws AppwriteError when Appwrite cannot be read in time: the journal then holds what was read until then, and
 * is not read back again
 */
export async function readBack(
  appwrite: Appwrite,
  journal: Journal,
  { selection, now, mostMs, idleMs = mostMs, listedOnly = false, stop }: ReadBackOptions,
): Promise<ReadBack> {
  const idle = idleTimeout(idleMs);
  const signal = AbortSignal.any([AbortSignal.timeout(mostMs), idle.signal, ...(stop ? [stop] : [])]);
  const source: PageSource = { appwrite, signal, onPage: idle.renew };
  const followed = journal.followed(sinkName);
  const counted = { races: 0, rows: 0 };
  const restore = (batches: readonly RestoredRows[]): void => {
    // While pages are read rows can move between them, and come twice.
    counted.rows += journal.restore(batches);
  };
  journal.setMeta(metaKey, 'under way');
  let outcome = 'given up';
  try {
    const since = timestamp(now - listedMs).replace('Z', '+00:00');
    const listed = Query.greaterThan('advertisedStart', since);
    const queries = listedOnly ? [listed] : [Query.isNull('settledAt'), listed];
    await readRaces(source, tablesOf(selection), queries, restore, counted);
    outcome = 'done';
  } catch (error) {
    // A database that is not there yet holds nothing.
    if (!(error instanceof AppwriteError && /^(database|table)_not_found$/.test(error.type))) throw error;
    outcome = 'done';
  } finally {
    idle.end();
    if (outcome === 'done' || stop?.aborted !== true) {
      followed.skipAll(partsOf(selection));
      journal.setMeta(metaKey, outcome);
    }
  }
  return counted;
}

function tablesOf(selection: readonly SelectedTable[]): Tables {
  return new Map(selection.map((selected) => [selected.table.id, selected]));
}

async function readRaces(
  source: PageSource,
  tables: Tables,
  queries: readonly string[],
  restore: (batches: readonly RestoredRows[]) => void,
  counted: { races: number },
): Promise<void> {
  const [races, meetings] = [tables.get('races')?.table, tables.get('meetings')?.table];
  if (!races) return;
  const found = new Map<unknown, StoredRow>();
  for (const query of queries) {
    for (const row of await allOf(source, races, [query])) found.set(row.race_id, row);
  }
  const rows = [...found.values()];
  const meetingIds = [...new Set(rows.map(({ meeting_id }) => String(meeting_id)))];
  for (const ids of chunks(meetingIds, idsAtOnce)) {
    if (meetings)
      restore([{ table: 'meetings', rows: await allOf(source, meetings, [Query.equal('$id', ids)]) }]);
  }
  const [live, settled] = [rows.filter(isLive), rows.filter((row) => !isLive(row))];
  restore([{ table: 'races', rows: settled }]);
  for (const chunk of chunks(live, racesAtOnce)) {
    restore(await liveRows(source, tables, chunk));
    counted.races += chunk.length;
  }
}

function isLive({ settled_at }: StoredRow): boolean {
  return settled_at === null;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
