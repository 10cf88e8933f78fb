import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explained, sqliteFault } from './errors.ts';
import { lookAt } from './file-identity.ts';

/**
 * The right to write a journal. It ends with the process, however that ends. It consists of two locks: that of
 * `FILE-lock`, which everyone sees who sees the journal's directory, and one in this computer's temporary directory
 * that bears the journal's device and inode, which holds under every name of the file and when `FILE-lock` is removed.
 */
export interface WriterLock {
  /**
   * Extends the lock to the file that has the journal's name now: a journal that is new had none when it was taken.
   * @returns false when another writer has that file
   */
  bind(): boolean;
  /**
   * Takes again what somebody removed.
   * @returns the lock files that were taken again; null when another writer has taken one
   */
  keep(): readonly string[] | null;
  release(): void;
}

/** The file that a journal's writer locks. */
export function lockFile(path: string): string {
  return `${path}-lock`;
}

/** A lock file that is held. */
interface Held {
  readonly file: string;
  readonly id: string;
  readonly db: DatabaseSync;
}

/** The garbage collector closes a connection that nobody holds, and the lock would be gone with it. */
const held = new Set<DatabaseSync>();

/** SQLite's result code for a lock that another connection has. */
const busy = 5;

/** A lock file that is removed each time just when it is taken: that is somebody's loop, and not a race that was lost. */
const maxAttempts = 10;

/**
 * Takes the right to write a journal. Its locks are SQLite's, exclusive ones on empty databases, because they hold
 * between threads of one process too. Readers of the journal never touch them.
 *
 * @returns null when another connection has it, in this process or in another
 * @throws JournalError when the lock file cannot be made
 */
export function lockWriter(path: string): WriterLock | null {
  const beside = take(lockFile(path));
  if (beside === null) return null;
  const lock = new JournalLock(path, beside);
  if (lock.bind()) return lock;
  lock.release();
  return null;
}

class JournalLock implements WriterLock {
  readonly #path: string;
  #beside: Held;
  #ofFile: (Held & { readonly journal: string }) | null = null;

  constructor(path: string, beside: Held) {
    this.#path = path;
    this.#beside = beside;
  }

  bind(): boolean {
    const look = lookAt(this.#path);
    if (!look || this.#ofFile?.journal === look.id) return true;
    const taken = takeOfFile(look.id);
    if (taken === null) return false;
    if (this.#ofFile !== null) dropOfFile(this.#ofFile);
    this.#ofFile = taken === unavailable ? null : { ...taken, journal: look.id };
    return true;
  }

  keep(): readonly string[] | null {
    const again: string[] = [];
    if (isRemoved(this.#beside)) {
      const taken = take(this.#beside.file);
      if (taken === null) return null;
      drop(this.#beside);
      this.#beside = taken;
      again.push(taken.file);
    }
    const ofFile = this.#ofFile;
    if (ofFile !== null && isRemoved(ofFile)) {
      const taken = takeOfFile(ofFile.journal);
      if (taken === null) return null;
      if (taken !== unavailable) {
        drop(ofFile);
        this.#ofFile = { ...taken, journal: ofFile.journal };
        again.push(taken.file);
      }
    }
    return again;
  }

  release(): void {
    if (this.#ofFile !== null) dropOfFile(this.#ofFile);
    this.#ofFile = null;
    drop(this.#beside);
  }
}

/** This computer has no place for a lock by inode: no temporary directory that can be written. */
const unavailable = Symbol('unavailable');

/**
 * Locks a journal by its device and inode.
 * @returns null when another connection has it
 */
function takeOfFile(id: string): Held | typeof unavailable | null {
  const directory = lockDirectory();
  if (directory === null) return unavailable;
  try {
    return take(join(directory, `${id}.lock`));
  } catch {
    // A temporary directory that is full must not stop a recorder: then the lock beside the journal is the only one.
    return unavailable;
  }
}

/** @returns null when another connection has it */
function take(file: string): Held | null {
  for (let attempt = 1; ; attempt++) {
    let db: DatabaseSync | undefined;
    try {
      makeFile(file);
      const before = lookAt(file);
      db = new DatabaseSync(file, { timeout: 0 });
      // Nothing is ever written to it: a rollback journal would only be one more file.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      const after = lookAt(file);
      if (before && before.id === after?.id) {
        held.add(db);
        return { file, id: after.id, db };
      }
      // It was removed meanwhile, and what is locked is nobody's file.
      db.close();
      if (attempt === maxAttempts) return null;
    } catch (error) {
      if (db?.isOpen) db.close();
      if (sqliteFault(error) === busy) return null;
      throw explained(file, error);
    }
  }
}

/** Readable by its owner alone. One that is there is not opened: closing it would end a lock that this process has. */
function makeFile(file: string): void {
  if (lookAt(file)) {
    chmodSync(file, 0o600);
    return;
  }
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function isRemoved({ file, id }: Held): boolean {
  const look = lookAt(file);
  return look === null || (look !== undefined && look.id !== id);
}

function drop({ db }: Held): void {
  if (held.delete(db)) db.close();
}

/** Its name means nothing once the journal has another inode. */
function dropOfFile(lock: Held): void {
  if (!isRemoved(lock)) rmSync(lock.file, { force: true });
  drop(lock);
}

/**
 * Where this user's locks by inode are; null where there can be none: the temporary directory cannot be written, or
 * somebody else has made a directory of that name.
 */
function lockDirectory(): string | null {
  const uid = process.getuid?.();
  const directory = join(tmpdir(), `oddstream-locks-${uid ?? 'user'}`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const stats = lstatSync(directory);
    return stats.isDirectory() && (uid === undefined || stats.uid === uid) ? directory : null;
  } catch {
    return null;
  }
}
