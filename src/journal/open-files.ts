import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { basename } from 'node:path';
import { lookAt } from './file-identity.ts';
import type { FileLook } from './file-identity.ts';

/** What happened to a journal's files while they were open. */
export interface FileLoss {
  /** A few words on it. */
  readonly what: string;
  /**
   * `name`: the file itself has no name any more, or another one. `log`: its write-ahead log or the index of that. `cut`:
   * bytes are missing.
   */
  readonly kind: 'name' | 'log' | 'cut';
}

/** Bytes of a write-ahead log's header, and of the header of each of its frames. */
const logHeader = 32;
const frameHeader = 24;

/**
 * The files of a journal that is being written, by device and inode. SQLite goes on writing into files that have been
 * deleted or renamed, and no reader and no later start sees anything of it.
 */
export class OpenFiles {
  readonly #path: string;
  readonly #dataVersion: StatementSync;
  readonly #logFrames: StatementSync;
  readonly #pageSize: number;
  readonly #ids: ReadonlyMap<string, string>;
  #size = 0;
  #logSize = 0;
  #version = 0;

  /** @param db an open connection that has written to the journal */
  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#logFrames = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#pageSize = Number(db.prepare('PRAGMA page_size').get()?.page_size);
    const ids = new Map<string, string>();
    for (const part of ['', '-wal', '-shm']) {
      const look = lookAt(`${path}${part}`);
      if (look) ids.set(part, look.id);
    }
    this.#ids = ids;
    this.#remember();
  }

  /**
   * Looks as {@link loss} does, and remembers how large the files are. To be called after each write: what is shortened
   * between two writes has its size again after the next one, with a hole in it.
   */
  settle(): FileLoss | null {
    const loss = this.loss();
    this.#remember();
    return loss;
  }

  /** Whether the file of a part (`''`, `-wal`, `-shm`) is the one that is open. */
  isOwn(part: string): boolean {
    return lookAt(`${this.#path}${part}`)?.id === this.#ids.get(part);
  }

  /** What was done to the files by others than SQLite; null when all are in their place and whole. */
  loss(): FileLoss | null {
    const name = basename(this.#path);
    const looks = new Map<string, FileLook>();
    for (const [part, id] of this.#ids) {
      const look = lookAt(`${this.#path}${part}`);
      // What cannot be seen for want of a permission is open and is written all the same.
      if (look === undefined) continue;
      const kind = part === '' ? 'name' : 'log';
      if (look === null) return { kind, what: `${name}${part} was deleted or renamed` };
      if (look.id !== id) return { kind, what: `${name}${part} was replaced by another file` };
      looks.set(part, look);
    }
    if (this.#isFileCut(looks.get(''))) return { kind: 'cut', what: `${name} was cut off` };
    if (this.#isLogCut(looks.get('-wal'))) return { kind: 'cut', what: `${name}-wal was cut off` };
    return null;
  }

  #remember(): void {
    this.#size = lookAt(this.#path)?.size ?? this.#size;
    this.#logSize = lookAt(`${this.#path}-wal`)?.size ?? this.#logSize;
    this.#version = this.#otherWrites();
  }

  /** SQLite shortens the file as well, when another connection has vacuumed it. */
  #isFileCut(look: FileLook | undefined): boolean {
    if (look === undefined || look.size >= this.#size) return false;
    if (this.#otherWrites() === this.#version) return true;
    this.#size = look.size;
    return false;
  }

  /** SQLite shortens the log as well, when it has moved what is in it into the file. */
  #isLogCut(look: FileLook | undefined): boolean {
    if (look === undefined || look.size >= this.#logSize) return false;
    const frames = this.#frames();
    if (frames === null) return true;
    if (frames > 0 && look.size < logHeader + frames * (frameHeader + this.#pageSize)) return true;
    this.#logSize = look.size;
    return false;
  }

  /** Frames that the log should hold; null when SQLite cannot say, in a transaction for instance. */
  #frames(): number | null {
    try {
      return Number(this.#logFrames.get()?.log);
    } catch {
      // While we have a transaction, nobody else can shorten the log as SQLite does.
      return null;
    }
  }

  /** Changes with each transaction of another connection. */
  #otherWrites(): number {
    try {
      return Number(this.#dataVersion.get()?.data_version);
    } catch {
      // It cannot be read any more, so that it was not SQLite who shortened it.
      return this.#version;
    }
  }
}
