import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import type { GapRow, TableName } from '../domain/tables.ts';
import { checkIntegrity } from './integrity.ts';
import { JournalError, explained } from './errors.ts';
import { inUse } from './journal.ts';
import { locate, refuseLinked } from './location.ts';
import { lockWriter } from './lock.ts';
import type { WriterLock } from './lock.ts';
import { syncDirectory, syncFile } from './open.ts';
import { setMeta } from './queries.ts';
import { missingJournal } from './reader.ts';
import { Builder } from './salvage/builder.ts';
import { affectedRaces, gapsOf } from './salvage/losses.ts';
import type { Affected, Untold } from './salvage/losses.ts';
import { mergeRecordings } from './salvage/merge.ts';
import { Pages } from './salvage/pages.ts';
import { restoreRecorded } from './salvage/recorded.ts';
import { salvage } from './salvage/salvage.ts';
import type { Loss, SmallTable } from './salvage/salvage.ts';
import type { NumberedTable } from './ddl.ts';
import { sourceOf } from './source.ts';
import type { JournalSource } from './source.ts';
import { buildFile, readyFile, swapIn } from './swap.ts';

/** What became of a table's rows. */
export interface TableRepair {
  /** Read from the damaged journal. */
  kept: number;
  /** Of these, with another number than they had. */
  renumbered: number;
  /** Taken from recordings. */
  restored: number;
  /** Read, but not as they were written. */
  dropped: number;
  /** Pages that could not be read: how many rows were on them is not known. */
  pagesLost: number;
}

/**
 * Takes a journal's lock to repair it.
 * @throws JournalError when there is none, or a recorder has it
 */
export function openRepair(file: string): Repair {
  const { path, exists } = locate(file);
  if (!exists && !existsSync(`${path}-wal`) && !existsSync(readyFile(path))) throw missingJournal(file);
  refuseLinked(path);
  const lock = lockWriter(path);
  if (lock === null) throw inUse(path);
  return new Repair(path, lock);
}

/** A repair under way: builds a new journal beside the damaged one, which nothing is changed in. */
export class Repair {
  /** Absolute path of the journal. */
  readonly file: string;
  readonly #lock: WriterLock;
  readonly #tables = new Map<NumberedTable | SmallTable, TableRepair>();
  #builder: Builder | null = null;
  #source: JournalSource | null = null;
  #affected: readonly Affected[] = [];
  #gaps: readonly GapRow[] = [];

  /** For {@link openRepair}, which took the lock. */
  constructor(file: string, lock: WriterLock) {
    this.file = file;
    this.#lock = lock;
  }

  /** Where a journal of recordings is to be made, for {@link fill}. */
  get recordedFile(): string {
    return `${buildFile(this.file)}-recorded`;
  }

  get tables(): ReadonlyMap<string, TableRepair> {
    return this.#tables;
  }

  get gaps(): number {
    return this.#gaps.length;
  }

  /** Ends a repair that was cut off when all but the names was done. @returns the damaged journal's new name */
  resume(): string | null {
    return existsSync(readyFile(this.file)) ? this.#swap() : null;
  }

  /** What is wrong, the first thing that is found; null when nothing is. */
  damage(): string | null {
    return checkIntegrity(this.file, 1)[0] ?? null;
  }

  /**
   * Reads what can be read into a new journal.
   * @param given what the journal recorded, for one that does not say so any more
   * @returns what it recorded
   * @throws JournalError when neither says it
   */
  salvage(given: JournalSource | null): JournalSource {
    return this.#explained(() => {
      this.discard();
      closeSync(openSync(buildFile(this.file), 'wx', 0o600));
      const builder = new Builder(buildFile(this.file));
      this.#builder = builder;
      const losses = this.#read(builder);
      this.#source = this.#requireSource(builder, given);
      if (this.#source.kind !== 'recording') this.#affected = affectedRaces(builder.prepare, losses);
      return this.#source;
    });
  }

  /** Takes what was lost from a journal that was made of recordings, and tells what is left as gaps. */
  fill(hasRecordings: boolean): void {
    this.#explained(() => {
      const builder = this.#builder;
      if (builder === null) throw new TypeError('nothing was salvaged');
      if (hasRecordings && this.#source?.kind === 'recording') {
        this.#merge(builder);
        return;
      }
      this.#gaps = gapsOf(builder.prepare, this.#left(builder, hasRecordings));
      for (const gap of this.#gaps) {
        builder.put('gaps', { ...gap, repaired: 0, seq: builder.next('gaps') });
      }
    });
  }

  /**
   * Puts the new journal in the place of the damaged one.
   * @returns the damaged journal's new name
   */
  finish(): string {
    return this.#explained(() => {
      this.#builder?.finish();
      this.#builder = null;
      const [problem] = checkIntegrity(buildFile(this.file), 1);
      if (problem !== undefined) throw new JournalError(`${this.file} could not be rebuilt: ${problem}`);
      syncFile(buildFile(this.file));
      renameSync(buildFile(this.file), readyFile(this.file));
      syncDirectory(this.file);
      return this.#swap();
    });
  }

  /** Takes away what an unfinished repair has built. */
  discard(): void {
    if (this.#builder?.db.isOpen) this.#builder.db.close();
    this.#builder = null;
    for (const file of [buildFile(this.file), this.recordedFile]) {
      for (const part of ['', '-wal', '-shm', '-journal', '-lock']) rmSync(`${file}${part}`, { force: true });
    }
  }

  /** Lets recorders in again. */
  close(): void {
    this.discard();
    this.#lock.release();
  }

  #read(builder: Builder): Loss[] {
    const pages = new Pages(this.file);
    const losses: Loss[] = [];
    try {
      for (const found of salvage(pages)) {
        const counts = this.#countsOf(found.table);
        if (found.kind === 'loss') {
          losses.push(found);
          if (found.lost === 'page') counts.pagesLost++;
          else counts.dropped++;
          continue;
        }
        const put = builder.put(found.table, found.row);
        if (put !== 'known') counts.kept++;
        if (put === 'renumbered') counts.renumbered++;
      }
    } finally {
      pages.close();
    }
    return losses;
  }

  #requireSource(builder: Builder, given: JournalSource | null): JournalSource {
    // Under whatever key it is found.
    const values = builder.prepare("SELECT value FROM meta ORDER BY key = 'source' DESC").all();
    const [found] = values.flatMap(({ value }) => sourceOf(String(value)) ?? []);
    const source = found ?? given;
    if (source === null) {
      throw new JournalError(
        `${this.file} does not say any more what it recorded; say it (--source tab, or recording).`,
      );
    }
    setMeta(builder.prepare, 'source', JSON.stringify(source));
    return source;
  }

  #left(builder: Builder, hasRecordings: boolean): Untold[] {
    if (!hasRecordings) return this.#affected.map(({ raceId, from }) => ({ raceId, from, to: null }));
    const { rows, left } = restoreRecorded(builder, this.recordedFile, this.#affected, speedOf(this.#source));
    for (const [table, count] of rows) this.#countsOf(table).restored += count;
    rewind(builder, rows, this.#affected);
    return [...left];
  }

  #merge(builder: Builder): void {
    builder.finish();
    this.#builder = null;
    for (const [table, count] of mergeRecordings(this.recordedFile, buildFile(this.file))) {
      this.#countsOf(table).restored += count;
    }
    renameSync(this.recordedFile, buildFile(this.file));
  }

  #countsOf(table: NumberedTable | SmallTable): TableRepair {
    let counts = this.#tables.get(table);
    if (counts === undefined) {
      counts = { kept: 0, renumbered: 0, restored: 0, dropped: 0, pagesLost: 0 };
      this.#tables.set(table, counts);
    }
    return counts;
  }

  #swap(): string {
    const kept = swapIn(this.file);
    syncDirectory(this.file);
    return kept;
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explained(this.file, error);
    }
  }
}

function speedOf(source: JournalSource | null): number {
  return source?.kind === 'simulator' ? source.clock.speed : 1;
}

/** What was restored stands before the cursors of the sinks, some of which may never have had it. */
function rewind(
  { prepare }: Builder,
  rows: ReadonlyMap<TableName, number>,
  affected: readonly Affected[],
): void {
  const from = Math.min(...affected.map((race) => race.from)) * 1000;
  for (const [table, count] of rows) {
    if (count === 0 || !Number.isFinite(from)) continue;
    prepare('UPDATE cursors SET seq = min(seq, ?) WHERE table_name = ? OR table_name LIKE ?').run(
      from,
      table,
      `${table}:%`,
    );
  }
}
