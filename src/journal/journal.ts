import type { Baseline, ListedState } from '../domain/baseline.ts';
import type { Change, GapRow } from '../domain/tables.ts';
import { errorOf } from '../domain/thrown.ts';
import { readBaseline, soundRows } from './baseline.ts';
import { writeOf } from './changes.ts';
import { JournalError, LostError, explained, explainedRead } from './errors.ts';
import { lookAt } from './file-identity.ts';
import { Followed } from './followed.ts';
import { Interruption } from './interruption.ts';
import { locate, makeWritable, refuseLinked } from './location.ts';
import { lockWriter } from './lock.ts';
import type { WriterLock } from './lock.ts';
import { OpenFiles } from './open-files.ts';
import type { FileLoss } from './open-files.ts';
import { openReadable, openWritable, refuseForeign } from './open.ts';
import { Quarantine } from './quarantine.ts';
import type { KeptResponse, Quarantined } from './quarantine.ts';
import * as queries from './queries.ts';
import type { LiveRace, RowCounts } from './queries.ts';
import { rescue } from './rescue.ts';
import type { Rescued } from './rescue.ts';
import { insertRestored, isEmpty } from './restore.ts';
import type { RestoredRows } from './restore.ts';
import { parseSource, requireSameSource } from './source.ts';
import type { JournalSource } from './source.ts';
import { Writer, preparing } from './writer.ts';
import type { Prepare } from './writer.ts';
import type { DatabaseSync } from 'node:sqlite';

/** Keys of `meta` that are the journal's own. */
const sourceKey = 'source';
const writerKey = 'writer_pid';

export interface JournalOptions {
  /** Where its rows come from; a journal of another source is refused. */
  readonly source: JournalSource;
  /** The clock that numbers rows, epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Opens a journal for writing, and makes it and its directory where there is none. One writer at a time, in this
 * process or another; any number of readers.
 *
 * @param file name of the SQLite file; `FILE-lock` beside it is the writer's lock
 * @throws JournalError when it cannot be written or is not this source's; nothing existing is changed then
 */
export function openJournal(file: string, options: JournalOptions): Journal {
  const location = locate(file);
  makeWritable(location);
  const { path } = location;
  refuseForeign(location);
  refuseLinked(path);
  const lock = lockWriter(path);
  if (lock === null) throw inUse(path);
  try {
    const source = JSON.stringify(options.source);
    const db = openWritable(location, (fresh) => {
      queries.setMeta(preparing(fresh), sourceKey, source);
    });
    if (!lock.bind()) {
      db.close();
      throw inUse(path);
    }
    return new Journal(path, db, lock, options);
  } catch (error) {
    lock.release();
    throw explained(path, error);
  }
}

/**
 * The source of a journal, read beside its writer; null when there is no journal yet.
 * @throws JournalError when the file is something else
 */
export function readSource(file: string): JournalSource | null {
  const location = locate(file);
  const db = openReadable(location);
  if (db === null) return null;
  try {
    return parseSource(location.path, queries.getMeta(preparing(db), sourceKey));
  } catch (error) {
    throw explainedRead(location.path, error);
  } finally {
    db.close();
  }
}

/** An open journal. A failure of SQLite or of the disk in any call is a JournalError. */
export class Journal {
  /** Absolute path of the SQLite file. */
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #lock: WriterLock;
  readonly #prepare: Prepare;
  readonly #writer: Writer;
  readonly #interruption: Interruption;
  readonly #quarantine: Quarantine;
  readonly #now: () => number;
  readonly #files: OpenFiles;
  #source: JournalSource;
  #lost: LostError | null = null;
  #isGivenUp = false;

  /** For {@link openJournal}, which checked the file and took its lock. The database is closed when it throws. */
  constructor(file: string, db: DatabaseSync, lock: WriterLock, { source, now }: JournalOptions) {
    this.file = file;
    this.#db = db;
    this.#lock = lock;
    this.#prepare = preparing(db);
    this.#interruption = new Interruption(this.#prepare);
    this.#now = now;
    try {
      this.#source = parseSource(file, queries.getMeta(this.#prepare, sourceKey));
      requireSameSource(file, this.#source, source);
      queries.setMeta(this.#prepare, writerKey, String(process.pid));
      this.#files = new OpenFiles(file, db);
      this.#writer = new Writer(db, this.#prepare, now, {
        before: () => {
          this.#requireFiles();
        },
        after: () => {
          this.#lose(this.#files.settle());
        },
      });
      this.#quarantine = new Quarantine(this.#prepare, this.#writer);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** What the journal records; a simulator's clock as last stored. */
  get source(): JournalSource {
    return this.#source;
  }

  /**
   * Stores the same source with another clock.
   * @throws JournalError when it is another source
   */
  setSource(source: JournalSource): void {
    requireSameSource(this.file, this.#source, source);
    this.#run(() => {
      queries.setMeta(this.#prepare, sourceKey, JSON.stringify(source));
    });
    this.#source = source;
  }

  /**
   * A recorder begins. When the one before it has not {@link ended}, or could not commit something, each race that is
   * not settled gets an open gap, which its next good poll closes: answers may be lost.
   *
   * @param underWayMs the longest from a poll's start to its commit, milliseconds of the clock that numbers rows
   */
  begin(underWayMs: number): void {
    this.commit(this.#run(() => this.#interruption.gaps(this.#writer.lastWriteAt, underWayMs)));
    this.#run(() => {
      this.#interruption.begin();
      // In the file itself: should the log be lost, the next recorder still knows that this one was at work.
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    });
  }

  /** The recorder ends with nothing under way. */
  ended(): void {
    this.#run(() => {
      this.#interruption.end();
    });
  }

  /**
   * Writes all changes or none, durable on return.
   *
   * A row of a history table that is there already stays as it is. A whole row of a current table takes the place
   * of the one with its key unless that one's `source_time` is newer; but a meeting that a listing told is not
   * replaced by what an event tells of it, nor a race that an event told by a listing's row, and the other way
   * round always. Patches are never refused.
   *
   * @throws RowError when a value is not what its column holds (NaN, infinite, undefined …): nothing is written
   */
  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    try {
      this.#write(changes);
    } catch (error) {
      this.#interruption.commitFailed(this.#now());
      throw error;
    }
  }

  /**
   * Commits each by itself, as {@link commit} does, and waits for the disk once if none of them fails.
   * @returns why each was not committed; null for one that is durable
   */
  commitEach(each: readonly (readonly Change[])[]): (Error | null)[] {
    if (each.length > 1 && this.#commitsAll(each.flat())) return each.map(() => null);
    return each.map((changes) => {
      try {
        this.commit(changes);
        return null;
      } catch (error) {
        return errorOf(error);
      }
    });
  }

  /**
   * See {@link readBaseline}: as committed last, but `listed` is null.
   * @throws DamagedError when a row that it is read from is not as it was written
   */
  baseline(raceId: string): Baseline {
    return this.#run(() => readBaseline(soundRows(this.#prepare), raceId));
  }

  hasPoll(id: string): boolean {
    return this.#run(() => queries.hasPoll(this.#prepare, id));
  }

  /** When a race was last polled, epoch milliseconds; null for never. */
  lastPollAt(raceId: string): number | null {
    return this.#run(() => queries.lastPollAt(this.#prepare, raceId));
  }

  /** The same without failed polls. */
  unchangedSince(raceId: string): number | null {
    return this.#run(() => queries.unchangedSince(this.#prepare, raceId));
  }

  lastGoodPollAt(raceId: string): number | null {
    return this.#run(() => queries.lastGoodPollAt(this.#prepare, raceId));
  }

  /** Every race that is not settled, by its start. */
  liveRaces(): LiveRace[] {
    return this.#run(() => queries.liveRaces(this.#prepare));
  }

  /** Gaps that nothing closed yet, the oldest first. */
  openGaps(): GapRow[] {
    return this.#run(() => queries.openGaps(this.#prepare));
  }

  /** The gap of a race that its next good poll closes; null when there is none. */
  openGap(raceId: string): GapRow | null {
    return this.#run(() => queries.openGap(this.#prepare, raceId));
  }

  /** Whether polling of a race has ended. */
  isSettled(raceId: string): boolean {
    return this.#run(() => queries.isSettled(this.#prepare, raceId));
  }

  /**
   * Digest of each listed meeting by its id, as `listedMeeting` computes it.
   * @param since first NZ date wanted, `YYYY-MM-DD`; all without it
   */
  meetingDigests(since = ''): Map<string, string> {
    return this.#run(() => queries.meetingDigests(this.#prepare, since));
  }

  /**
   * Keeps a response that could not be used; returns its id. The same response twice is one row. The oldest bodies
   * are dropped when there is too much of them: see {@link Quarantine}.
   */
  quarantine(response: Quarantined): string {
    return this.#run(() => this.#quarantine.keep(response));
  }

  /** The responses that are kept; see {@link Quarantine.kept}. */
  quarantined(): Generator<KeptResponse> {
    return this.#quarantine.kept();
  }

  /** What was last reported of a race's status or start, whoever reported it; null when neither ever changed. */
  lastReport(raceId: string): ListedState | null {
    return this.#run(() => queries.lastReport(this.#prepare, raceId));
  }

  getMeta(key: string): string | null {
    return this.#run(() => queries.getMeta(this.#prepare, key));
  }

  /** @throws TypeError for the keys that are the journal's own */
  setMeta(key: string, value: string): void {
    if (key === sourceKey || key === writerKey) throw new TypeError(`meta.${key} is the journal's own`);
    this.#run(() => {
      queries.setMeta(this.#prepare, key, value);
    });
  }

  /** Rows of each table. */
  counts(): RowCounts {
    return this.#run(() => queries.counts(this.#prepare));
  }

  /** Whether nothing was recorded yet. */
  isEmpty(): boolean {
    return this.#run(() => isEmpty(this.#prepare));
  }

  /** The journal as a sink of that name follows it. */
  followed(sink: string): Followed {
    return new Followed(sink, (work) => this.#run(work), this.#prepare, this.#writer);
  }

  /**
   * Puts rows back that a journal of this source held before, with the numbers that they had; all or none.
   * @returns how many were not there
   */
  restore(batches: readonly RestoredRows[]): number {
    return this.#run(() =>
      this.#writer.restore(() =>
        batches.reduce((count, batch) => count + insertRestored(this.#prepare, batch), 0),
      ),
    );
  }

  /**
   * Looks whether the journal's files are still those that are open, and takes again a lock that was removed. It costs
   * some microseconds; a commit does it as well.
   *
   * @returns the lock files that were taken again
   * @throws LostError when the files are not in their place, now or at any time before: {@link save} is the way out
   * @throws JournalError when another process has taken the lock
   */
  requireInPlace(): readonly string[] {
    this.#requireOpen();
    this.#requireFiles();
    const again = this.#lock.keep();
    if (again === null) throw inUse(this.file);
    return again;
  }

  get isOpen(): boolean {
    return this.#db.isOpen && !this.#isGivenUp;
  }

  /** Bytes of the write-ahead log, and the name of its file. */
  get log(): { readonly file: string; readonly bytes: number } {
    const file = `${this.file}-wal`;
    return { file, bytes: lookAt(file)?.size ?? 0 };
  }

  /** The files were taken away, as far as that is known; null when they were not. */
  get lost(): LostError | null {
    return this.#lost;
  }

  /**
   * Puts what a journal holds whose files were taken away back into its place, and gives it up: see {@link rescue}.
   * @throws JournalError when it cannot be saved
   */
  async save(): Promise<Rescued> {
    this.#requireOpen();
    this.#isGivenUp = true;
    try {
      return await rescue(this.file, this.#db, this.#files, this.#lock);
    } catch (error) {
      throw explained(this.file, error);
    } finally {
      this.#lock.release();
    }
  }

  /** Moves everything into the one file, closes it and lets the next writer in. A second call does nothing. */
  close(): void {
    if (!this.isOpen) return;
    try {
      // A reader in the middle of a long query keeps the log as it is: the next close takes care of it.
      if (this.#lost === null) this.#db.exec('PRAGMA busy_timeout = 500; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw explained(this.file, error);
    } finally {
      this.#db.close();
      this.#lock.release();
    }
  }

  #write(changes: readonly Change[]): void {
    const writes = changes.map(writeOf);
    this.#run(() => {
      this.#writer.write(writes);
    });
  }

  #commitsAll(changes: readonly Change[]): boolean {
    try {
      this.#write(changes);
      return true;
    } catch {
      // Nothing is written, and whose fault it is tells who fails alone.
      return false;
    }
  }

  /** What is written into files that are not in their place any more would be lost. */
  #requireFiles(): void {
    if (this.#lost === null) this.#lose(this.#files.loss());
    if (this.#lost !== null) throw this.#lost;
  }

  #lose(loss: FileLoss | null): void {
    if (loss !== null) this.#lost ??= new LostError(this.file, loss.what);
  }

  #requireOpen(): void {
    if (!this.isOpen) throw new JournalError(`${this.file} is closed; open it again to use it.`);
  }

  #run<T>(work: () => T): T {
    this.#requireOpen();
    try {
      return work();
    } catch (error) {
      throw explained(this.file, error);
    }
  }
}

/** @returns the sentence for a journal that another process writes */
export function inUse(path: string): JournalError {
  return new JournalError(
    `${path} is in use by another oddstream process${writerOf(path)}; stop it or name another file (--db).`,
  );
}

/** Who writes a journal, as far as it says so. */
function writerOf(path: string): string {
  try {
    const db = openReadable(locate(path));
    const pid = db && queries.getMeta(preparing(db), writerKey);
    db?.close();
    return pid ? ` (pid ${pid})` : '';
  } catch {
    return '';
  }
}
